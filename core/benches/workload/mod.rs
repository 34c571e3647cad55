//! Events for the benchmarks: about 350 bytes each, from a fixed seed.

use gongjian_core::codec;
use gongjian_core::day::Day;
use gongjian_core::log::{LogOptions, NewEvent};

/// Without ballast and tiles, which are measured on their own.
pub const OPTIONS: LogOptions = LogOptions { ballast_bytes: 0, tiles: false };

/// Events to use: few where the benchmark is only tried (`cargo test`), else as the variable says.
pub fn size(real: u64) -> u64 {
    // `cargo bench` says `--bench`; `cargo test --benches` says nothing, and some runners say `--test`.
    let says = |word: &str| std::env::args().any(|argument| argument == word);
    if says("--test") || !says("--bench") {
        return 600;
    }
    std::env::var("GONGJIAN_BENCH_EVENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(real)
}

const WORDS: [&str; 16] = [
    "疏通",
    "下水道",
    "小区",
    "党支部",
    "共建",
    "认领",
    "志愿者",
    "清扫",
    "路灯",
    "楼道",
    "加装",
    "电梯",
    "停车",
    "充电桩",
    "议事会",
    "整改",
];

/// Makes events one after the other; the same ones each time.
pub struct Events {
    state: u64,
    next: u64,
}

impl Events {
    pub fn new() -> Events {
        Events { state: 88_172_645_463_325_252, next: 0 }
    }

    fn random(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }

    fn bytes(&mut self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.random().to_le_bytes());
        bytes[8..].copy_from_slice(&self.random().to_le_bytes());
        bytes
    }

    /// The next `count` events.
    pub fn take(&mut self, count: u64) -> Vec<NewEvent> {
        (0..count).map(|_| self.event()).collect()
    }

    fn event(&mut self) -> NewEvent {
        let n = self.next;
        self.next += 1;
        let stream = if n == 0 {
            "schema/all".to_owned()
        } else {
            format!("project/P-{:06}", self.random() % (1 + n / 5))
        };
        let (kind, payload) = if n == 0 {
            let fields = [("text", "string"), ("unit", "string"), ("amount", "u64"), ("dueOn", "day")];
            let fields: Vec<_> = fields.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
            ("schema.declared", codec::encode(&("project.progressed".to_owned(), 1u16, fields)))
        } else {
            let text: String = (0..8).map(|_| WORDS[(self.random() % 16) as usize]).collect();
            let unit = format!("U{:03}", self.random() % 400);
            ("project.progressed", codec::encode(&(text, unit, self.random() % 1_000_000, Day(19_149))))
        };
        NewEvent {
            trail: format!("issue/I-{:06}", self.random() % (1 + n / 9)),
            stream,
            kind: kind.to_owned(),
            version: 1,
            recorded_at: 1_654_500_000_000_000 + (n as i64) * 137,
            occurred_day: Day(19_149 + (n / 5_000) as i32),
            occurred_second: None,
            command_id: self.bytes(),
            command_digest: self.bytes(),
            nonce: self.bytes(),
            recorded_by: "post/C01-secretary".to_owned(),
            account: [5; 16],
            attributed_to: Some(format!("U{:03}", self.random() % 400)),
            assurance: 0,
            authority: None,
            payload: payload.expect("a small payload fits"),
        }
    }
}
