//! What is handed to those who install this: the Debian package, the units, the files for containers. The package is made of a
//! stub in the place of the program.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn packaging(name: &str) -> String {
    fs::read_to_string(root().join("packaging").join(name)).unwrap()
}

fn run(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(status.success(), "{command:?}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

/// What is not on this machine is not looked at.
fn there_is(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// A program that does nothing, at a path of its own.
fn stub(folder: &Path) -> PathBuf {
    let path = folder.join("outro");
    fs::write(&path, "#!/bin/sh\nexit 0\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn package(folder: &Path) -> PathBuf {
    let made = run(Command::new(root().join("scripts/deb.sh"))
        .args([stub(folder), folder.join("made")])
        .env("SOURCE_DATE_EPOCH", "1750000000"));
    made.trim().into()
}

#[test]
fn the_debian_package_holds_what_it_should() {
    if !there_is("dpkg-deb") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let deb = package(folder.path());
    let field = |name: &str| run(Command::new("dpkg-deb").arg("-f").args([&deb, Path::new(name)])).trim().to_owned();
    assert_eq!((field("Package"), field("Version")), ("outro".into(), env!("CARGO_PKG_VERSION").into()));
    assert!(field("Depends").contains("ffmpeg") && field("Depends").contains("adduser"));
    let description = field("Description");
    assert!(description.lines().next().unwrap().len() < 60 && description.lines().count() > 1, "{description}");
    assert!(description.lines().all(|line| line.len() <= 80), "{description}");
    assert!(field("Installed-Size").parse::<u32>().unwrap() > 0);

    // Rights, owner, path, a line each.
    let listed = run(Command::new("dpkg-deb").arg("-c").arg(&deb));
    let entries: Vec<Vec<&str>> = listed.lines().map(|line| line.split_whitespace().collect()).collect();
    let mode = |path: &str| entries.iter().find(|entry| entry[5] == path).unwrap_or_else(|| panic!("no {path}"))[0];
    assert_eq!(mode("./usr/bin/outro"), "-rwxr-xr-x");
    assert_eq!(mode("./etc/outro/outro.toml"), "-rw-r-----");
    for path in [
        "./usr/lib/systemd/system/outro.service",
        "./usr/lib/systemd/system/outro-worker.service",
        "./usr/share/doc/outro/copyright",
        "./usr/share/doc/outro/changelog.gz",
        "./usr/share/doc/outro/operating.md",
    ] {
        assert_eq!(mode(path), "-rw-r--r--");
    }
    for entry in &entries {
        assert_eq!(entry[1], "root/root", "{entry:?}");
        let folders = ["./", "./etc/", "./usr/"];
        assert!(folders.iter().any(|start| entry[5] == *start || entry[5].starts_with(start)), "{entry:?}");
        assert!(!entry[0].starts_with('d') || entry[0] == "drwxr-xr-x", "{entry:?}");
        // Nothing of the data is in a package: its removal would take it along.
        assert!(!entry[5].contains("var/lib"), "{entry:?}");
    }

    let control = folder.path().join("control");
    run(Command::new("dpkg-deb").arg("-e").args([&deb, &control]));
    assert_eq!(fs::read_to_string(control.join("conffiles")).unwrap(), "/etc/outro/outro.toml\n");
    for script in ["postinst", "prerm", "postrm"] {
        let path = control.join(script);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o755);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("#!/bin/sh\n") && text.contains("\nset -e\n"), "{script}");
        run(Command::new("sh").arg("-n").arg(&path));
    }
    let tree = folder.path().join("tree");
    run(Command::new("dpkg-deb").arg("-x").args([&deb, &tree]));
    let sums = control.join("md5sums");
    run(Command::new("md5sum").args(["--check", "--quiet", "--strict"]).arg(&sums).current_dir(&tree));
    let summed = fs::read_to_string(&sums).unwrap().lines().count();
    let files = entries.iter().filter(|entry| entry[0].starts_with('-')).count();
    assert_eq!(summed, files - 1, "all but the one that is the operator's to change");
}

#[test]
fn the_same_sources_make_the_same_package() {
    if !there_is("dpkg-deb") {
        return;
    }
    let [one, two] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    assert_eq!(fs::read(package(one.path())).unwrap(), fs::read(package(two.path())).unwrap());
}

#[test]
fn systemd_takes_the_units() {
    if !there_is("systemd-analyze") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = stub(folder.path());
    for name in ["outro.service", "outro-worker.service"] {
        // It looks for the program too, which is not installed here.
        let unit = packaging(name).replace("/usr/bin/outro", program.to_str().unwrap());
        let path = folder.path().join(name);
        fs::write(&path, unit).unwrap();
        let verified = Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&path).output().unwrap();
        let said = String::from_utf8_lossy(&verified.stderr);
        // What it says of other units of this machine is theirs.
        assert!(verified.status.success() && !said.contains(name), "{said}");
    }
}

/// The two are alike in all that shuts them in.
#[test]
fn units_shut_both_in_and_leave_the_jail_what_it_needs() {
    let [serve, worker] = ["outro.service", "outro-worker.service"].map(packaging);
    let rules = |unit: &str| unit[unit.find("User=").unwrap()..].to_owned();
    assert_eq!(rules(&serve), rules(&worker));
    let has = |line: &str| serve.lines().any(|one| one == line);
    assert!(has("NoNewPrivileges=yes") && has("ProtectSystem=strict") && has("CapabilityBoundingSet="));
    assert!(has("SystemCallFilter=landlock_create_ruleset landlock_add_rule landlock_restrict_self seccomp"));
    assert!(has("KillMode=mixed"), "ffmpeg must not be told to end before the program is");
    assert!(has("StateDirectory=outro") && has("LimitCORE=0"));
}

/// Nothing in what is packed is of the machine that it was written on.
#[test]
fn nothing_names_a_machine() {
    for name in [
        "outro.service",
        "outro-worker.service",
        "Dockerfile",
        "Dockerfile.dockerignore",
        "compose.yaml",
        "debian/outro.toml",
        "debian/postinst",
        "debian/prerm",
        "debian/postrm",
    ] {
        let text = packaging(name);
        for word in [env!("CARGO_MANIFEST_DIR"), "/home/", "/tmp/"] {
            assert!(!text.contains(word), "{word} is in {name}");
        }
        for image in text.lines().filter_map(|line| line.trim().strip_prefix("FROM ")) {
            assert!(!image.contains(['/', '@']), "{image}: a plain public name");
        }
    }
}
