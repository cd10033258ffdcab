use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;

use super::*;
use crate::domain::hash::sha256_hex;

const ALL: Wanted<'static> = &|_| true;

const QUARTER: &str = "2004-Q2";

/// What one run publishes.
#[derive(Debug, Clone)]
struct Pack {
    manifest: Manifest,
    files: BTreeMap<String, Vec<u8>>,
}

impl Pack {
    /// The pack's manifest as it is published.
    fn published(&self) -> Manifest {
        let outputs = self.files.iter().map(|(name, bytes)| {
            let mut meter = manifest::OutputMeter::new(name);
            meter.add(bytes);
            meter.finish()
        });
        Manifest { outputs: outputs.collect(), ..self.manifest.clone() }
    }
}

fn publish(out: &Path, pack: &Pack) -> Result<Published, PublishError> {
    publish_syncing(out, pack, &stage::sync_dir)
}

/// Publishes a pack whose files come in pieces, as a run gives them.
fn publish_syncing(out: &Path, pack: &Pack, sync_dir: stage::SyncDir<'_>) -> Result<Published, PublishError> {
    let draft = Draft::begin_syncing(out, pack.manifest.clone(), sync_dir)?;
    for (name, bytes) in &pack.files {
        draft.add(name, bytes.chunks(3).map(<[u8]>::to_vec))?;
    }
    draft.publish_syncing(sync_dir)
}

fn pack(content: &str) -> Pack {
    let input = ManifestInput {
        source: "ledger".to_owned(),
        path: "2004-Q2/ledger.csv".to_owned(),
        sha256: sha256_hex(content.as_bytes()),
        bytes: content.len() as u64,
        rows: 1,
        debit_total: Some("10.00".to_owned()),
        credit_total: Some("10.00".to_owned()),
    };
    let manifest = Manifest::new("Acme", QUARTER, "us-gaap", vec![input], None);
    let files = BTreeMap::from([
        ("checks.csv".to_owned(), format!("check_id\n{content}\n").into_bytes()),
        ("report.pdf".to_owned(), format!("%PDF {content}").into_bytes()),
    ]);
    Pack { manifest, files }
}

fn run_dir(out: &Path, pack: &Pack) -> PathBuf {
    out.join(QUARTER).join(RUNS).join(&pack.manifest.run_id)
}

fn current(out: &Path) -> Option<PathBuf> {
    fs::read_link(out.join(QUARTER).join(CURRENT)).ok()
}

/// Names in a folder, hidden ones among them.
fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_pack_is_published_and_opened() {
    let out = tempfile::tempdir().unwrap();
    let a = pack("a");
    assert_eq!(publish(out.path(), &a).unwrap(), Published::New);
    assert_eq!(current(out.path()).unwrap(), Path::new(RUNS).join(&a.manifest.run_id));
    assert_eq!(names(&run_dir(out.path(), &a)), ["checks.csv", "manifest.json", "report.pdf"]);
    assert_eq!(names(&out.path().join(QUARTER).join(RUNS)), [a.manifest.run_id.as_str()]);
    let opened = open_current(out.path(), QUARTER, ALL).unwrap();
    assert_eq!(opened.files, a.files);
    assert_eq!(opened.manifest, a.published());
    let bytes = fs::read(run_dir(out.path(), &a).join(MANIFEST)).unwrap();
    assert_eq!(opened.manifest_sha256, sha256_hex(&bytes));
}

/// The same pack as one of a scenario.
fn under(scenario: &str, content: &str) -> Pack {
    let real = pack(content);
    Pack { manifest: real.manifest.under(Some(scenario)), ..real }
}

#[test]
fn a_scenario_is_published_apart_under_a_lock_of_its_own() {
    let out = tempfile::tempdir().unwrap();
    let (real, tried) = (pack("a"), under("ifrs", "a"));
    let _held = Lock::acquire(out.path(), QUARTER).unwrap();
    let _own = Lock::acquire_of(out.path(), Some("ifrs"), QUARTER).unwrap();
    assert!(matches!(Lock::acquire_of(out.path(), Some("ifrs"), QUARTER), Err(LockError::Busy { .. })));
    publish(out.path(), &tried).unwrap();
    assert!(matches!(open_current(out.path(), QUARTER, ALL), Err(PriorError::Missing { .. })));
    publish(out.path(), &real).unwrap();
    assert_ne!(real.manifest.run_id, tried.manifest.run_id);
    assert_eq!(current(out.path()).unwrap(), Path::new(RUNS).join(&real.manifest.run_id));
    assert_eq!(
        current(&out.path().join(SCENARIOS).join("ifrs")).unwrap(),
        Path::new(RUNS).join(&tried.manifest.run_id)
    );
    assert_eq!(open_scenario(out.path(), "ifrs", QUARTER, ALL).unwrap().manifest.scenario.as_deref(), Some("ifrs"));
    for scenario in ["today", "", "..", "../..", "a/b"] {
        assert!(
            matches!(open_scenario(out.path(), scenario, QUARTER, ALL), Err(PriorError::Missing { .. })),
            "{scenario}"
        );
    }
}

/// Whatever is copied over what: the folder says what it must hold, and the manifest what it holds.
#[test]
fn a_copied_pack_of_other_books_is_refused() {
    let out = tempfile::tempdir().unwrap();
    publish(out.path(), &pack("a")).unwrap();
    publish(out.path(), &under("ifrs", "a")).unwrap();
    publish(out.path(), &under("today", "a")).unwrap();
    let scenarios = out.path().join(SCENARIOS);
    let refused = |opened: Result<PublishedPack, PriorError>| {
        let Err(PriorError::Altered { file, expected, found }) = opened else { panic!("{opened:?}") };
        assert_eq!(file, MANIFEST);
        (expected, found)
    };
    let words = |books: &str| format!("a pack of {books}");
    fs::rename(out.path().join(QUARTER), out.path().join("away")).unwrap();
    fs::rename(scenarios.join("ifrs").join(QUARTER), out.path().join(QUARTER)).unwrap();
    let found = refused(open_current(out.path(), QUARTER, ALL));
    assert_eq!(found, (words("the real books"), words("the scenario ifrs")));
    fs::rename(scenarios.join("today").join(QUARTER), scenarios.join("ifrs").join(QUARTER)).unwrap();
    let found = refused(open_scenario(out.path(), "ifrs", QUARTER, ALL));
    assert_eq!(found, (words("the scenario ifrs"), words("the scenario today")));
    fs::rename(out.path().join("away"), scenarios.join("today").join(QUARTER)).unwrap();
    let found = refused(open_scenario(out.path(), "today", QUARTER, ALL));
    assert_eq!(found, (words("the scenario today"), words("the real books")));
}

#[test]
fn the_same_pack_twice_rewrites_nothing() {
    use std::os::unix::fs::MetadataExt;
    let out = tempfile::tempdir().unwrap();
    let a = pack("a");
    publish(out.path(), &a).unwrap();
    let seen = |path: PathBuf| fs::symlink_metadata(path).map(|data| (data.ino(), data.mtime_nsec())).unwrap();
    let all = || {
        let dir = run_dir(out.path(), &a);
        let mut paths: Vec<PathBuf> = names(&dir).iter().map(|name| dir.join(name)).collect();
        paths.extend([out.path().join(QUARTER).join(CURRENT), dir]);
        paths.into_iter().map(seen).collect::<Vec<_>>()
    };
    let before = all();
    assert_eq!(publish(out.path(), &a).unwrap(), Published::Already);
    assert_eq!(all(), before);
}

#[test]
fn current_goes_from_one_run_to_another_and_back() {
    let out = tempfile::tempdir().unwrap();
    let (a, b) = (pack("a"), pack("b"));
    publish(out.path(), &a).unwrap();
    assert_eq!(publish(out.path(), &b).unwrap(), Published::New);
    assert_eq!(open_current(out.path(), QUARTER, ALL).unwrap().files, b.files);
    assert_eq!(fs::read(run_dir(out.path(), &a).join("checks.csv")).unwrap(), a.files["checks.csv"]);
    assert_eq!(publish(out.path(), &a).unwrap(), Published::Already);
    assert_eq!(open_current(out.path(), QUARTER, ALL).unwrap().files, a.files);
    assert_eq!(names(&out.path().join(QUARTER)), [CURRENT, RUNS]);
}

#[test]
fn an_altered_pack_is_found_by_reader_and_publisher() {
    type Change = fn(&Path);
    let changes: [(&str, Change); 6] = [
        ("checks.csv", |dir| fs::write(dir.join("checks.csv"), "check_id\nx\n").unwrap()),
        ("checks.csv", |dir| fs::remove_file(dir.join("checks.csv")).unwrap()),
        ("notes.txt", |dir| fs::write(dir.join("notes.txt"), "").unwrap()),
        ("report.pdf", |dir| {
            fs::rename(dir.join("report.pdf"), dir.join("../moved.pdf")).unwrap();
            std::os::unix::fs::symlink("../moved.pdf", dir.join("report.pdf")).unwrap();
        }),
        ("manifest.json", |dir| fs::remove_file(dir.join(MANIFEST)).unwrap()),
        ("manifest.json", |dir| {
            let text = fs::read_to_string(dir.join(MANIFEST)).unwrap();
            fs::write(dir.join(MANIFEST), text.replace("us-gaap", "ifrs")).unwrap();
        }),
    ];
    for (name, change) in changes {
        let out = tempfile::tempdir().unwrap();
        let a = pack("a");
        publish(out.path(), &a).unwrap();
        change(&run_dir(out.path(), &a));
        let opened = open_current(out.path(), QUARTER, ALL);
        assert!(matches!(&opened, Err(PriorError::Altered { file, .. }) if file == name), "{name}: {opened:?}");
        let again = publish(out.path(), &a);
        assert!(matches!(&again, Err(PublishError::Tampered { file, .. }) if file == name), "{name}: {again:?}");
    }
}

#[test]
fn what_is_not_there_or_not_readable_is_told_apart() {
    let out = tempfile::tempdir().unwrap();
    for quarter in [QUARTER, "", "..", "a/b"] {
        assert!(matches!(open_current(out.path(), quarter, ALL), Err(PriorError::Missing { .. })), "{quarter:?}");
    }
    let a = pack("a");
    publish(out.path(), &a).unwrap();
    fs::write(run_dir(out.path(), &a).join(MANIFEST), "{}").unwrap();
    assert!(matches!(open_current(out.path(), QUARTER, ALL), Err(PriorError::UnreadableManifest { .. })));
    fs::remove_dir_all(run_dir(out.path(), &a)).unwrap();
    assert!(matches!(open_current(out.path(), QUARTER, ALL), Err(PriorError::Altered { .. })));
    let link = out.path().join(QUARTER).join(CURRENT);
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink("/elsewhere", &link).unwrap();
    assert!(matches!(open_current(out.path(), QUARTER, ALL), Err(PriorError::Altered { file, .. }) if file == CURRENT));
    fs::remove_file(&link).unwrap();
    fs::create_dir(&link).unwrap();
    assert!(matches!(open_current(out.path(), QUARTER, ALL), Err(PriorError::Altered { file, .. }) if file == CURRENT));
    assert!(matches!(publish(out.path(), &a), Err(PublishError::CurrentNotALink { .. })));
}

#[test]
fn leftovers_of_dead_runs_are_removed() {
    let out = tempfile::tempdir().unwrap();
    let a = pack("a");
    let runs = out.path().join(QUARTER).join(RUNS);
    for name in [format!(".staging-{}", a.manifest.run_id), ".staging-other".to_owned()] {
        fs::create_dir_all(runs.join(&name)).unwrap();
        fs::write(runs.join(name).join("checks.csv"), "half").unwrap();
    }
    std::os::unix::fs::symlink("runs/x", out.path().join(QUARTER).join(format!(".current-{}", a.manifest.run_id)))
        .unwrap();
    assert_eq!(publish(out.path(), &a).unwrap(), Published::New);
    assert_eq!(names(&runs), [a.manifest.run_id.as_str()]);
    assert_eq!(names(&out.path().join(QUARTER)), [CURRENT, RUNS]);
    assert_eq!(open_current(out.path(), QUARTER, ALL).unwrap().files, a.files);
}

#[test]
fn a_second_lock_is_refused_until_the_first_is_dropped() {
    let out = tempfile::tempdir().unwrap();
    let lock = Lock::acquire(out.path(), QUARTER).unwrap();
    let second = Lock::acquire(out.path(), QUARTER).unwrap_err();
    assert!(second.to_string().contains(&format!("process {}", std::process::id())), "{second}");
    assert!(matches!(second, LockError::Busy { .. }));
    assert!(Lock::acquire(out.path(), "2004-Q3").is_ok());
    assert!(matches!(Lock::acquire(out.path(), "../x"), Err(LockError::Io { .. })));
    assert_eq!(publish(out.path(), &pack("a")).unwrap(), Published::New);
    drop(lock);
    assert!(Lock::acquire(out.path(), QUARTER).is_ok());
}

#[test]
fn what_cannot_be_written_leaves_current_as_it_was() {
    let out = tempfile::tempdir().unwrap();
    let a = pack("a");
    publish(out.path(), &a).unwrap();
    let quarter = out.path().join(QUARTER);
    fs::rename(quarter.join(RUNS), quarter.join("away")).unwrap();
    fs::write(quarter.join(RUNS), "").unwrap();
    let failed = publish(out.path(), &pack("b")).unwrap_err();
    assert!(matches!(failed, PublishError::Io { .. }));
    assert!(failed.to_string().contains("nothing was published"), "{failed}");
    fs::remove_file(quarter.join(RUNS)).unwrap();
    fs::rename(quarter.join("away"), quarter.join(RUNS)).unwrap();
    assert_eq!(open_current(out.path(), QUARTER, ALL).unwrap().files, a.files);
}

#[test]
fn every_failing_sync_leaves_the_old_pack_or_says_that_the_new_one_is_live() {
    let (a, b) = (pack("a"), pack("b"));
    let mut live = 0;
    for failing in 1.. {
        let out = tempfile::tempdir().unwrap();
        publish(out.path(), &a).unwrap();
        let calls = Cell::new(0);
        let sync = |dir: &Path| {
            calls.set(calls.get() + 1);
            if calls.get() == failing { Err(io::Error::other("injected")) } else { stage::sync_dir(dir) }
        };
        let result = publish_syncing(out.path(), &b, &sync);
        let opened = open_current(out.path(), QUARTER, ALL).unwrap();
        match result {
            Err(PublishError::DurabilityUnknown { .. }) => {
                assert_eq!(opened.files, b.files);
                live += 1;
            }
            Err(PublishError::Io { .. }) => assert_eq!(opened.files, a.files),
            Ok(Published::New) => break,
            other => panic!("{other:?}"),
        }
        assert!(names(&out.path().join(QUARTER).join(RUNS)).iter().all(|name| !name.starts_with('.')));
        publish(out.path(), &b).unwrap();
        assert_eq!(open_current(out.path(), QUARTER, ALL).unwrap().files, b.files);
    }
    assert_eq!(live, 1);
}

#[test]
fn a_pack_that_contradicts_itself_is_refused() {
    let out = tempfile::tempdir().unwrap();
    let before = |scenario: Option<&str>| ManifestPrior {
        quarter: "2004-Q1".to_owned(),
        scenario: scenario.map(str::to_owned),
        run_id: "0".repeat(16),
        manifest_sha256: "00".to_owned(),
    };
    let real = pack("a").manifest;
    let strange = [
        Manifest::new("Acme", QUARTER, "us-gaap", vec![], Some(before(Some("ifrs")))),
        Manifest::new("Acme", QUARTER, "us-gaap", vec![], Some(before(Some("ifrs")))).under(Some("today")),
        real.clone().under(Some("../..")),
        real.under(Some("")),
    ];
    for manifest in strange {
        let changed = Pack { manifest, ..pack("a") };
        assert!(matches!(publish(out.path(), &changed), Err(PublishError::NotAPack { .. })));
    }
    let sound = Manifest::new("Acme", QUARTER, "us-gaap", vec![], Some(before(None))).under(Some("ifrs"));
    assert_eq!(sound.goes_on_from_its_own(), Ok(()));
    let changes: [fn(&mut Pack); 6] = [
        |pack| pack.manifest.scenario = Some("ifrs".to_owned()),
        |pack| pack.manifest.quarter = "2004-Q3".to_owned(),
        |pack| pack.manifest.run_id = "0".repeat(16),
        |pack| pack.manifest.basis = "ifrs".to_owned(),
        |pack| drop(pack.files.insert("../x".to_owned(), vec![])),
        |pack| drop(pack.files.insert(MANIFEST.to_owned(), vec![])),
    ];
    for change in changes {
        let mut changed = pack("a");
        change(&mut changed);
        assert!(matches!(publish(out.path(), &changed), Err(PublishError::NotAPack { .. })));
    }
    assert_eq!(names(&out.path().join(QUARTER)), [RUNS]);
    assert_eq!(names(&out.path().join(QUARTER).join(RUNS)), [""; 0]);
}

#[test]
fn a_draft_is_seen_once_it_is_published_and_leaves_nothing_otherwise() {
    let out = tempfile::tempdir().unwrap();
    let (a, runs) = (pack("a"), out.path().join(QUARTER).join(RUNS));
    let draft = Draft::begin(out.path(), a.manifest.clone()).unwrap();
    draft.add("checks.csv", [b"check_id\n".to_vec()]).unwrap();
    assert!(matches!(draft.add("checks.csv", []), Err(PublishError::NotAPack { .. })));
    assert_eq!((names(&runs), current(out.path())), (vec![format!(".staging-{}", a.manifest.run_id)], None));
    drop(draft);
    assert_eq!((names(&runs), current(out.path())), (vec![], None));
    // A file that was not written to its end is in no pack.
    let draft = Draft::begin(out.path(), a.manifest.clone()).unwrap();
    let staging = runs.join(format!(".staging-{}", a.manifest.run_id));
    fs::write(staging.join("checks.csv"), "").unwrap();
    assert!(matches!(draft.add("checks.csv", []), Err(PublishError::Io { .. })));
    assert!(matches!(draft.publish(), Err(PublishError::NotAPack { .. })));
    assert_eq!((names(&runs), current(out.path())), (vec![], None));
}

/// What another process does to a folder that is being written is found before it is published.
#[test]
fn a_stranger_in_the_staged_folder_is_found() {
    let out = tempfile::tempdir().unwrap();
    let a = pack("a");
    let draft = Draft::begin(out.path(), a.manifest.clone()).unwrap();
    let staging = out.path().join(QUARTER).join(RUNS).join(format!(".staging-{}", a.manifest.run_id));
    fs::write(staging.join("notes.txt"), "").unwrap();
    assert!(matches!(draft.publish(), Err(PublishError::NotReadBack { file, .. }) if file == "notes.txt"));
    assert_eq!(current(out.path()), None);
}
