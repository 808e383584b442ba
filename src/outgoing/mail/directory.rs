//! `--dev`: mails as files. A reader sees a whole mail or none; names sort in the order of sending.
use super::{Mail, NotSent};
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

pub(super) struct Directory {
    path: PathBuf,
    sent: AtomicU64,
}

impl Directory {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, sent: AtomicU64::new(0) }
    }

    pub(super) async fn put(&self, mail: &Mail, bytes: Vec<u8>) -> Result<(), NotSent> {
        // A test clock may stand still: then the count orders them.
        let place = self.sent.fetch_add(1, Ordering::Relaxed);
        let id: String = mail.id.chars().filter(char::is_ascii_alphanumeric).collect();
        let name = format!("{:020}-{place:06}-{id}.eml", mail.at.0.max(0));
        let path = self.path.clone();
        let written = tokio::task::spawn_blocking(move || write(&path, &name, &bytes)).await;
        let written = written.unwrap_or_else(|why| Err(io::Error::other(why)));
        written.map_err(|why| NotSent::Later(format!("the mail directory cannot be written: {}", why.kind())))
    }
}

fn write(directory: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    let draft = directory.join(format!(".{name}.part"));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    // It holds codes and links.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(draft, directory.join(name))
}
