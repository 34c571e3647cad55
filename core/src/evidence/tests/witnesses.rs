use super::super::{
    AddCheckpoint, Checkpoint, Refusal, RequestError, Seen, SignedCheckpoint, VerifierKey, VerifyError,
};
use super::{DEMO, demo_signer, demo_tree, demo_witnesses, file, key, text};
use crate::evidence::tree::{prove_consistency, root};
use crate::evidence::witness::{SIZE_CONTENT_TYPE, decide};
use crate::log::hash::MerkleHash;

/// A witness of one log, as a server would keep it.
struct Server {
    origin: String,
    keys: Vec<VerifierKey>,
    seen: Seen,
}

impl Server {
    fn new(key: VerifierKey) -> Server {
        Server { origin: key.name().to_owned(), keys: vec![key], seen: Seen::default() }
    }

    /// The status and the body of the answer to a request.
    fn answer(&mut self, body: &[u8]) -> (u16, String) {
        let decided = AddCheckpoint::parse(body).map_err(Refusal::from).and_then(|request| {
            let is_known = request.checkpoint().checkpoint().origin() == self.origin;
            let keys = if is_known { self.keys.as_slice() } else { &[] };
            decide(&request, keys, self.seen).map(|seen| (request, seen))
        });
        match decided {
            Err(refusal) => (refusal.status(), refusal.body()),
            Ok((request, seen)) => {
                self.seen = seen;
                let line =
                    demo_witnesses()[0].cosign(request.checkpoint().note().text(), 1_764_000_000).unwrap();
                (200, line.to_string())
            }
        }
    }
}

#[test]
fn the_requests_of_another_program_are_answered_as_the_specification_says() {
    let mut server = Server::new(key("litewitness/log.vkey"));
    // That program answered 403 to the second and the third. The second has a signature in a spelling that is
    // not canonical, which is malformed here; the third is of a log that is not known, for which the
    // specification now says 404.
    let expected = [200, 400, 404, 422, 422, 200, 409, 200, 409];
    let mut bodies = Vec::new();
    for (number, status) in (1..).zip(expected) {
        let (found, body) = server.answer(&file(&format!("litewitness/{number}.txt")));
        assert_eq!(found, status, "request {number}: {body}");
        bodies.push(body);
    }
    assert_eq!((bodies[6].as_str(), bodies[8].as_str()), ("3\n", "5\n"));
    assert_eq!(server.seen.size, 5);
    assert!(bodies[7].starts_with("— witness.example/w1 3xwKN"));
    for number in [1, 3, 4, 5, 6, 7, 8, 9] {
        let body = text(&format!("litewitness/{number}.txt"));
        assert_eq!(AddCheckpoint::parse(body.as_bytes()).unwrap().to_string(), body);
    }
}

#[test]
fn the_demo_requests_are_answered_as_another_program_did() {
    let mut server = Server::new(key("demo/log.vkey"));
    let (small, large) = (text("demo/add-checkpoint-256.txt"), text("demo/add-checkpoint-300.txt"));
    assert_eq!(server.answer(large.as_bytes()), (409, "0\n".to_owned()));
    assert_eq!(server.answer(small.as_bytes()).0, 200);
    assert_eq!(server.answer(large.replace("HvSy", "IvSy").as_bytes()).0, 422);
    let (status, line) = server.answer(large.as_bytes());
    assert_eq!(status, 200);
    // The demo checkpoint was cosigned at the same second, so the line is the same.
    assert!(text("demo/cp300.txt").contains(&line));
    assert_eq!(server.answer(large.as_bytes()), (409, "300\n".to_owned()));
    assert_eq!(server.answer(large.replace("\n300\n", "\n299\n").as_bytes()).0, 403);
    assert_eq!(SIZE_CONTENT_TYPE, "text/x.tlog.size");
}

fn request(old: u64, size: u64, root: MerkleHash, proof: Vec<MerkleHash>) -> AddCheckpoint {
    let checkpoint = Checkpoint::new(DEMO, size, root).unwrap();
    AddCheckpoint::new(old, proof, SignedCheckpoint::sign(checkpoint, &demo_signer()).unwrap()).unwrap()
}

#[test]
fn each_check_has_its_status() {
    let tree = demo_tree(10);
    let root = |size| root(&tree, size).unwrap();
    let keys = [demo_signer().verifier().clone()];
    let seen = |size| Seen { size, root: root(size) };
    let status =
        |request: &AddCheckpoint, at| decide(request, &keys, seen(at)).map_err(|refusal| refusal.status());
    let proof = |old, new| prove_consistency(&tree, old, new).unwrap();

    assert_eq!(status(&request(0, 0, root(0), vec![]), 0), Ok(seen(0)));
    assert_eq!(status(&request(0, 4, root(4), vec![]), 0), Ok(seen(4)));
    assert_eq!(status(&request(4, 10, root(10), proof(4, 10)), 4), Ok(seen(10)));
    // The same again, for a fresh time.
    assert_eq!(status(&request(10, 10, root(10), vec![]), 10), Ok(seen(10)));
    assert_eq!(status(&request(10, 10, root(9), vec![]), 10), Err(422));
    assert_eq!(status(&request(10, 10, root(10), vec![root(1)]), 10), Err(422));
    assert_eq!(status(&request(0, 0, root(1), vec![]), 0), Err(422));
    assert_eq!(status(&request(0, 4, root(4), vec![root(1)]), 0), Err(422));
    assert_eq!(status(&request(4, 10, root(10), vec![]), 4), Err(422));
    assert_eq!(status(&request(4, 10, root(9), proof(4, 10)), 4), Err(422));
    assert_eq!(status(&request(4, 10, root(10), proof(4, 10)), 5), Err(409));
    assert_eq!(status(&request(4, 10, root(10), proof(4, 10)), 10), Err(409));
    // A witness that saw another history does not go along with this one.
    let other = Seen { size: 4, root: root(3) };
    let refusal = decide(&request(4, 10, root(10), proof(4, 10)), &keys, other).unwrap_err();
    assert_eq!(refusal.status(), 422);

    let good = request(4, 10, root(10), proof(4, 10));
    assert_eq!(decide(&good, &[], seen(4)).unwrap_err().status(), 404);
    let stranger = key("published/oak.log.vkey");
    let unsigned = Refusal::Signature(VerifyError::Unsigned);
    assert_eq!(decide(&good, &[stranger], seen(4)), Err(unsigned.clone()));
    assert_eq!(unsigned.status(), 403);
}

#[test]
fn malformed_requests_are_refused_each_for_its_reason() {
    let good = text("demo/add-checkpoint-300.txt");
    let error = |text: &str| AddCheckpoint::parse(text.as_bytes()).unwrap_err();
    for old in ["old", "old ", "old -1", "old 0256", "old 18446744073709551616", "new 256", "old 256 ", ""] {
        assert_eq!(error(&good.replace("old 256", old)), RequestError::OldSize, "{old}");
    }
    assert_eq!(error(&good.replace("\nHvSy", "\n?vSy")), RequestError::Hash { line: 2 });
    assert_eq!(
        error(&good.replace("old 256", "old 301")),
        RequestError::OldBeyondSize { old: 301, size: 300 }
    );
    let hash = "HvSyskhhDKiTRWq8woczJCbTvji6tF+dV5GaBjr/ce8=\n";
    let many = |count: usize| good.replace(hash, &hash.repeat(count));
    assert!(AddCheckpoint::parse(many(63).as_bytes()).is_ok());
    assert_eq!(error(&many(64)), RequestError::TooManyHashes);
    assert_eq!(error("old 1\n"), RequestError::NoCheckpoint);
    assert!(matches!(error("old 1\n\n"), RequestError::Checkpoint(_)));
    assert!(matches!(error(&good.replace("BZOk=\n", "BZOk=\nextension\n")), RequestError::Checkpoint(_)));
    assert_eq!(AddCheckpoint::parse(b"\xff\n\n").unwrap_err(), RequestError::NotText);
    assert_eq!(Refusal::from(RequestError::OldSize).status(), 400);
}
