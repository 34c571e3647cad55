//! `user` and `token`: the accounts of a ledger, on its folder or through the socket of the server that holds it.

use clap::{Args, Subcommand};
use gongjian_projections::figures::Scope;
use serde_json::{Value, json};

use super::Common;
use super::client::{Ask, Ledger, encoded};
use super::document::post;
use super::failure::{Failure, print, say};
use crate::access::Role;
use crate::access::desk::{Made, NewAccount, NewGrant};
use crate::app::App;
use crate::error::Problem;

#[derive(Args, Debug)]
pub(super) struct User {
    #[command(subcommand)]
    verb: UserVerb,
}

#[derive(Subcommand, Debug)]
enum UserVerb {
    /// 开立账号，初始密码只显示一次 / open an account; its first password is shown once
    Add(Add),
    /// 账号、角色和令牌 / accounts with their roles and tokens
    List,
    /// 重设密码，只显示一次 / make another password, shown once
    Password(Login),
    /// 停用 / let nobody sign in for now
    Lock(WithReason),
    /// 恢复 / let them sign in again
    Unlock(WithReason),
    /// 注销，不可恢复 / let nobody sign in ever again
    Close(WithReason),
    /// 授予角色 / give an account one more role
    Grant(Grant),
    /// 收回角色 / take a role back
    EndGrant(EndGrant),
}

#[derive(Args, Debug)]
struct Login {
    /// 登录名 / name to sign in with
    login: String,
}

#[derive(Args, Debug)]
struct WithReason {
    /// 登录名 / name to sign in with
    login: String,
    /// 原因 / why
    #[arg(long, value_name = "R")]
    reason: String,
}

#[derive(Args, Debug)]
struct RoleArgs {
    /// 角色 / recorder, reviewer, approver, liaison, auditor, reporter, …-administrator
    #[arg(long, value_name = "ROLE")]
    role: String,
    /// 范围：county、街道或社区 / the county, a street or a community, by code or name
    #[arg(long, value_name = "SCOPE")]
    scope: Option<String>,
    /// 自何日起 / first day
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// 至何日止（督查必填） / last day; an inspection has one
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// 文号（督查必填） / the document that orders it; an inspection names one
    #[arg(long, value_name = "NO")]
    document: Option<String>,
}

#[derive(Args, Debug)]
struct Add {
    /// 登录名：小写字母、数字、-_.，不用人名 / lower-case letters, digits and -_.; never a person's name
    login: String,
    /// 岗位 / the post whose account it is
    #[arg(long, value_name = "POST")]
    post: String,
    /// 所代表的单位（联络员必填） / the unit that it acts for
    #[arg(long, value_name = "UNIT")]
    unit: Option<String>,
    #[command(flatten)]
    role: RoleArgs,
}

#[derive(Args, Debug)]
struct Grant {
    /// 登录名 / name to sign in with
    login: String,
    #[command(flatten)]
    role: RoleArgs,
}

#[derive(Args, Debug)]
struct EndGrant {
    /// 登录名 / name to sign in with
    login: String,
    /// 授权编号，如 G1 / number of the grant
    grant: String,
    /// 原因 / why
    #[arg(long, value_name = "R")]
    reason: String,
}

#[derive(Args, Debug)]
pub(super) struct Token {
    #[command(subcommand)]
    verb: TokenVerb,
}

#[derive(Subcommand, Debug)]
enum TokenVerb {
    /// 发放接口令牌，只显示一次 / issue a token for a program, shown once
    Add(AddToken),
    /// 作废接口令牌 / revoke a token
    Revoke(Revoke),
}

#[derive(Args, Debug)]
struct AddToken {
    /// 登录名 / name of the account that it acts for
    login: String,
    /// 用途 / what it is for
    name: String,
    /// 其中几个角色，默认全部 / some of the account's roles; all of them otherwise
    #[arg(long, value_name = "ROLE")]
    role: Vec<String>,
    /// 更小的范围 / a smaller scope than the account's
    #[arg(long, value_name = "SCOPE")]
    scope: Option<String>,
    /// 至何日止 / last day
    #[arg(long, value_name = "DATE")]
    until: String,
}

#[derive(Args, Debug)]
struct Revoke {
    /// 登录名 / name of the account
    login: String,
    /// 令牌编号，如 T1 / number of the token
    token: String,
}

pub(super) fn user(common: &Common, user: &User) -> Result<(), Failure> {
    match &user.verb {
        UserVerb::Add(verb) => {
            let mut body = role_json(&verb.role);
            body["login"] = json!(verb.login);
            body["post"] = json!(verb.post);
            body["unit"] = json!(verb.unit);
            made(common, &post(common, "/api/v1/accounts", &body)?, "cli-user-added")
        }
        UserVerb::List => list(common),
        UserVerb::Password(verb) => {
            let path = format!("/api/v1/accounts/{}/password", encoded(&verb.login));
            made(common, &post(common, &path, &json!({}))?, "cli-user-password")
        }
        UserVerb::Lock(verb) => with_reason(common, verb, "lock", "cli-user-locked"),
        UserVerb::Unlock(verb) => with_reason(common, verb, "unlock", "cli-user-unlocked"),
        UserVerb::Close(verb) => with_reason(common, verb, "close", "cli-user-closed"),
        UserVerb::Grant(verb) => {
            let path = format!("/api/v1/accounts/{}/grants", encoded(&verb.login));
            told(common, &post(common, &path, &role_json(&verb.role))?, "cli-user-granted", "grant")
        }
        UserVerb::EndGrant(verb) => {
            let path =
                format!("/api/v1/accounts/{}/grants/{}/end", encoded(&verb.login), encoded(&verb.grant));
            let done = post(common, &path, &json!({ "reason": verb.reason }))?;
            told(common, &done, "cli-user-grant-ended", "grant")
        }
    }
}

pub(super) fn token(common: &Common, token: &Token) -> Result<(), Failure> {
    match &token.verb {
        TokenVerb::Add(verb) => {
            let path = format!("/api/v1/accounts/{}/tokens", encoded(&verb.login));
            let body =
                json!({ "name": verb.name, "roles": verb.role, "scope": verb.scope, "until": verb.until });
            told(common, &post(common, &path, &body)?, "cli-token-added", "secret")
        }
        TokenVerb::Revoke(verb) => {
            let path =
                format!("/api/v1/accounts/{}/tokens/{}/revoke", encoded(&verb.login), encoded(&verb.token));
            told(common, &post(common, &path, &json!({}))?, "cli-token-revoked", "token")
        }
    }
}

fn role_json(role: &RoleArgs) -> Value {
    json!({
        "role": role.role, "scope": role.scope, "from": role.from, "until": role.until, "document": role.document,
    })
}

fn with_reason(common: &Common, verb: &WithReason, what: &str, key: &str) -> Result<(), Failure> {
    let path = format!("/api/v1/accounts/{}/{what}", encoded(&verb.login));
    told(common, &post(common, &path, &json!({ "reason": verb.reason }))?, key, "login")
}

/// An account with a password that is shown now and never again.
pub(super) fn made(common: &Common, made: &Value, key: &str) -> Result<(), Failure> {
    told(common, made, key, "password")
}

fn told(common: &Common, done: &Value, key: &str, field: &str) -> Result<(), Failure> {
    if common.json {
        return say(common, &done.to_string());
    }
    let of = |name: &str| done[name].as_str().unwrap_or_default();
    let args = [("login", of("login")), ("value", of(field))];
    say(common, &common.text().get(key, &args))
}

fn list(common: &Common) -> Result<(), Failure> {
    let ledger = Ledger::open(common)?;
    let found = ledger.fetch_json(common, &Ask::get("/api/v1/accounts".to_owned()))?;
    if common.json {
        return say(common, &found.to_string());
    }
    let text = common.text();
    let mut out = String::new();
    for item in found["items"].as_array().into_iter().flatten() {
        let of = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let state = text.word("account-state", &of(item, "state"));
        out.push_str(&format!(
            "{}  {}  {}  {state}\n",
            of(item, "login"),
            of(item, "post"),
            of(item, "unit")
        ));
        for grant in item["grants"].as_array().into_iter().flatten().filter(|it| it["ended"].is_null()) {
            let parts = [
                of(grant, "grant"),
                text.word("role", &of(grant, "role")),
                of(grant, "scope"),
                of(grant, "from"),
                of(grant, "until"),
                of(grant, "document"),
            ];
            out.push_str(&format!("    {}\n", parts.join("  ").trim_end()));
        }
        for token in item["tokens"].as_array().into_iter().flatten().filter(|it| it["inForce"] == true) {
            let parts = [of(token, "token"), of(token, "name"), of(token, "scope"), of(token, "until")];
            out.push_str(&format!("    {}\n", parts.join("  ")));
        }
    }
    if out.is_empty() {
        return say(common, &text.plain("cli-user-none"));
    }
    print(common, out.as_bytes())
}

/// The first account of a ledger: that of the security administrator, who opens the others.
pub(super) fn first(common: &Common, app: &App) -> Result<Made, Failure> {
    let new = account("security", "安全管理岗", None, "security-administrator", Scope::County);
    let made = app.access().and_then(|access| access.open_account(&LOCAL, new));
    made.map_err(|problem| Failure::problem(common, &problem))
}

/// Whoever has the folder.
const LOCAL: [u8; 16] = [0; 16];

fn account(login: &str, post: &str, unit: Option<String>, role: &str, scope: Scope) -> NewAccount {
    let grant = NewGrant { role: role.to_owned(), scope, from: None, until: None, document: None };
    NewAccount { login: login.to_owned(), post: post.to_owned(), unit, grant }
}

/// One account a role, to try the demonstration with; nothing where there are accounts already.
pub(super) fn demonstrate(common: &Common, app: &App) -> Result<(), Failure> {
    let opened = open_all(app).map_err(|problem| Failure::problem(common, &problem))?;
    if opened.is_empty() {
        return Ok(());
    }
    let text = common.text();
    if common.json {
        let told: Vec<Value> = opened
            .iter()
            .map(|(made, role, scope)| {
                json!({ "login": made.login, "password": made.password, "role": role, "scope": scope })
            })
            .collect();
        return say(common, &json!({ "accounts": told }).to_string());
    }
    say(common, &text.plain("cli-demo-accounts"))?;
    for (made, role, scope) in &opened {
        let role = text.word("role", role);
        let args = [
            ("login", format!("{:<16}", made.login)),
            ("password", made.password.clone()),
            ("role", role),
            ("scope", scope.clone()),
        ];
        let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        say(common, text.get("cli-demo-account", &args).trim_end())?;
    }
    Ok(())
}

type Opened = (Made, &'static str, String);

fn open_all(app: &App) -> Result<Vec<Opened>, Problem> {
    let access = app.access()?;
    if !access.ask(|accounts, _| accounts.is_empty()) {
        return Ok(Vec::new());
    }
    let (community, street, unit) = {
        let views = app.views()?;
        let registry = &views.registry;
        let mut communities: Vec<(&str, &str)> =
            registry.community.iter().map(|(code, row)| (code, row.street.as_str())).collect();
        communities.sort_unstable();
        let first = communities.first().map(|(code, street)| ((*code).to_owned(), (*street).to_owned()));
        let unit = registry.unit.iter().map(|(code, _)| code.to_owned()).min();
        let (community, street) = first.unwrap_or_default();
        (community, street, unit)
    };
    let until = app.today().plus(90);
    let mut wanted = vec![
        account("security", "安全管理岗", None, "security-administrator", Scope::County),
        account("system", "系统管理岗", None, "system-administrator", Scope::County),
        account("audit", "审计管理岗", None, "audit-administrator", Scope::County),
        account("approver", "组织部审批岗", None, "approver", Scope::County),
        account("reviewer", "街道审核岗", None, "reviewer", Scope::Street(street)),
        account("recorder", "社区录入岗", None, "recorder", Scope::Community(community)),
        account("liaison", "单位联络岗", unit, "liaison", Scope::County),
        account("reporter", "统计岗", None, "reporter", Scope::County),
    ];
    let mut inspector = account("auditor", "督查岗", None, "auditor", Scope::County);
    inspector.grant.until = Some(until);
    inspector.grant.document = Some("演示督查通知".to_owned());
    wanted.push(inspector);
    let mut opened = Vec::with_capacity(wanted.len());
    for new in wanted {
        let role = Role::of_word(&new.grant.role).map_or("", Role::word);
        let scope = new.grant.scope.word();
        opened.push((access.open_account(&LOCAL, new)?, role, scope));
    }
    Ok(opened)
}
