//! Draws every page in every state into a folder, with the static files beside them: `cargo run --example gallery -- DIR`.
use ostiary::views::{assets, gallery};
use std::{error::Error, fmt::Write, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let dir = PathBuf::from(std::env::args().nth(1).ok_or("usage: gallery DIR")?);
    fs::create_dir_all(dir.join("static"))?;
    for name in ["ostiary.css", "ostiary.js", "ostiary.svg"] {
        let asset = assets::asset(name).ok_or("a static file is missing")?;
        fs::write(dir.join("static").join(name), asset.body)?;
    }
    let mut index = String::from("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Gallery</title><ul>");
    for (name, page) in gallery::pages() {
        // Opened as files, the pages find their static files beside them.
        fs::write(dir.join(format!("{name}.html")), page?.replace("\"/static/", "\"static/"))?;
        write!(index, "<li><a href=\"{name}.html\">{name}</a>")?;
    }
    for (name, letter) in gallery::letters() {
        let letter = letter?;
        let text = format!("Subject: {}\n\n{}", letter.subject, letter.text.expose());
        fs::write(dir.join(format!("{name}.txt")), text)?;
        fs::write(dir.join(format!("{name}.html")), letter.html.expose())?;
        write!(index, "<li><a href=\"{name}.html\">{name}</a> <a href=\"{name}.txt\">as text</a>")?;
    }
    fs::write(dir.join("index.html"), index + "</ul>")?;
    Ok(())
}
