//! A PostgreSQL of its own, which a test may stop and start as it likes: that of all other tests has to stay.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

pub(crate) struct Postgres {
    folder: TempDir,
    bin: PathBuf,
    pub(crate) port: u16,
}

impl Postgres {
    /// A cluster that is up.
    pub(crate) fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/with-postgres.sh");
        let found = Command::new(script).arg("--bindir").output().unwrap();
        let bin = PathBuf::from(String::from_utf8(found.stdout).unwrap().trim());
        assert!(bin.join("initdb").exists(), "no PostgreSQL: scripts/install.sh test");
        let folder = TempDir::new().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let this = Self { folder, bin, port };
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(this.folder.path()));
        }
        let data = this.data();
        this.tool("initdb", &["-D", &data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
        this.up();
        for name in ["site", "keyring"] {
            this.tool("createdb", &["-h", "127.0.0.1", "-p", &port.to_string(), "-U", "postgres", name]);
        }
        this
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    /// The address of one of its databases.
    pub(crate) fn url(&self, name: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{name}", self.port)
    }

    pub(crate) fn up(&self) {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=300",
            self.port
        );
        let log = self.folder.path().join("log").display().to_string();
        self.tool("pg_ctl", &["start", "-D", &self.data(), "-w", "-t", "60", "-s", "-l", &log, "-o", &options]);
    }

    /// Everybody who is connected is cut off.
    pub(crate) fn down(&self, how: &str) {
        self.tool("pg_ctl", &["stop", "-D", &self.data(), "-m", how, "-w", "-s"]);
    }

    fn tool(&self, name: &str, args: &[&str]) {
        // PostgreSQL refuses to run as root.
        let mut command = if is_root() { Command::new("runuser") } else { Command::new(self.bin.join(name)) };
        if is_root() {
            command.args(["-u", "postgres", "--"]).arg(self.bin.join(name));
        }
        run(command.args(args).current_dir(self.folder.path()));
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn run(command: &mut Command) {
    let done = command.stdin(Stdio::null()).stdout(Stdio::null()).status().unwrap();
    assert!(done.success(), "{command:?}");
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut command = if is_root() { Command::new("runuser") } else { Command::new(self.bin.join("pg_ctl")) };
        if is_root() {
            command.args(["-u", "postgres", "--"]).arg(self.bin.join("pg_ctl"));
        }
        let _ = command.args(["stop", "-D", &self.data(), "-m", "immediate", "-s"]).stdout(Stdio::null()).status();
    }
}
