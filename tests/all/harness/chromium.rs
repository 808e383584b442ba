//! A real browser: Chromium under WebDriver, with a profile and a driver of its own, gone when dropped.
use super::{ports, skip};
use std::{
    env, fs,
    io::{Read, Write},
    net::TcpStream,
    ops::Deref,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};
use tempfile::TempDir;
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities, prelude::*};

const FLAGS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox", // CI is root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
];

/// How a person has their browser set up.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub javascript: bool,
    /// Of the window, in CSS pixels: 320 is a small phone, 1280 a desk.
    pub width: u32,
    pub dark: bool,
}

impl Look {
    pub const DESK: Self = Self { javascript: true, width: 1280, dark: false };
    pub const PHONE: Self = Self { javascript: true, width: 320, dark: false };

    #[must_use]
    pub fn without_javascript(self) -> Self {
        Self { javascript: false, ..self }
    }

    #[must_use]
    pub fn dark(self) -> Self {
        Self { dark: true, ..self }
    }
}

/// Dereferences to the [`WebDriver`] for all it can do itself.
pub struct Chromium {
    driver: WebDriver,
    session: String,
    port: u16,
    chromedriver: Child,
    profile: TempDir,
    javascript: bool,
}

impl Chromium {
    /// `None`, with a word about it, where there is no browser and need not be one.
    pub async fn start(look: Look) -> Option<Self> {
        let port = ports::free();
        let spawned = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(chromedriver) = spawned else {
            skip("OSTIARY_REQUIRE_BROWSER", "chromedriver");
            return None;
        };
        let mut guard = Guard(Some(chromedriver));
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let profile = TempDir::with_prefix("ostiary-chromium.").unwrap();
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), wishes(&profile))
            .await
            .unwrap_or_else(|e| panic!("Chromium does not start: {e}"));
        let session = driver.session_id().to_string();
        let browser =
            Self { driver, session, port, chromedriver: guard.0.take().unwrap(), profile, javascript: look.javascript };
        browser.shape(look).await;
        browser.run_scripts(look.javascript).await;
        Some(browser)
    }

    /// Emulates the screen rather than sizing a window: windows have a least width.
    async fn shape(&self, look: Look) {
        let metrics = serde_json::json!({
            "width": look.width,
            "height": if look.width < 600 { 640 } else { 900 },
            "deviceScaleFactor": 1,
            "mobile": false,
        });
        self.cdp().send_raw("Emulation.setDeviceMetricsOverride", metrics).await.unwrap();
        let scheme = if look.dark { "dark" } else { "light" };
        let features = serde_json::json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.cdp().send_raw("Emulation.setEmulatedMedia", features).await.unwrap();
    }

    /// Whether pages of this tab may run scripts from now on. Of the tab, not of the profile, because the checker is a script.
    async fn run_scripts(&self, may: bool) {
        let value = serde_json::json!({ "value": !may });
        self.cdp().send_raw("Emulation.setScriptExecutionDisabled", value).await.unwrap();
    }

    /// Another tab of this browser, which then has the focus. Comes back with the one that had it.
    pub async fn another_tab(&self) -> WindowHandle {
        let before = self.window().await.unwrap();
        let tab = self.new_tab().await.unwrap();
        self.switch_to_window(tab).await.unwrap();
        self.run_scripts(self.javascript).await;
        before
    }

    /// Presses a key on whatever has the focus: `Key::Tab`, `Key::Enter`, text.
    pub async fn press(&self, keys: impl Into<TypingData>) {
        self.action_chain().send_keys(keys).perform().await.unwrap();
    }

    /// The id of the element with the focus, or its name; empty when nothing has it.
    pub async fn focused(&self) -> String {
        let element = self.active_element().await.unwrap();
        for attribute in ["id", "name"] {
            if let Some(value) = element.attr(attribute).await.unwrap().filter(|value| !value.is_empty()) {
                return value;
            }
        }
        String::new()
    }

    /// Tabs until the element with this id or name has the focus: it can be reached without a mouse.
    pub async fn tab_to(&self, id: &str) {
        for _ in 0..60 {
            if self.focused().await == id {
                return;
            }
            self.press(Key::Tab).await;
        }
        panic!("the keyboard does not reach {id:?} on {}", self.current_url().await.unwrap());
    }

    /// Whether the page can be scrolled sideways, which no page may at 320 px (WCAG 1.4.10).
    pub async fn overflows(&self) -> bool {
        let script = "const e = document.scrollingElement; return e.scrollWidth > e.clientWidth";
        self.execute(script, vec![]).await.unwrap().json().as_bool().unwrap()
    }

    /// What axe-core finds against WCAG 2.2 AA, one line each; an empty list when all is well. `None`, with a word about it,
    /// where the checker is not there and need not be.
    pub async fn axe(&self) -> Option<Vec<String>> {
        let Some(axe) = env::var_os("OSTIARY_AXE").and_then(|path| fs::read_to_string(path).ok()) else {
            skip("OSTIARY_REQUIRE_BROWSER", "axe-core (OSTIARY_AXE)");
            return None;
        };
        self.run_scripts(true).await;
        self.execute(axe, vec![]).await.unwrap();
        let script = "const done = arguments[arguments.length - 1];
            axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(
                r => done({ passes: r.passes.length, faults: r.violations.map(v =>
                    `${v.id} (${v.impact}): ${v.help}: ${v.nodes.map(n => n.target.join(' ')).join(', ')}`) }),
                e => done({ passes: 0, faults: [String(e)] }))";
        let found = self.execute_async(script, vec![]).await.unwrap();
        self.run_scripts(self.javascript).await;
        let found = found.json();
        assert!(found["passes"].as_u64() > Some(0), "axe checked nothing: {found}");
        let faults = found["faults"].as_array().unwrap().iter();
        Some(faults.map(|fault| fault.as_str().unwrap().to_owned()).collect())
    }

    /// Keeps a picture of the window as `NAME.png` in `OSTIARY_SHOTS`, or `target/shots`.
    pub async fn shot(&self, name: &str) -> PathBuf {
        let dir = env::var_os("OSTIARY_SHOTS")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/shots"), PathBuf::from);
        fs::create_dir_all(&dir).unwrap();
        let file = dir.join(format!("{name}.png"));
        fs::write(&file, self.screenshot_as_png().await.unwrap()).unwrap();
        file
    }
}

impl Deref for Chromium {
    type Target = WebDriver;

    fn deref(&self) -> &WebDriver {
        &self.driver
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // Ends the browser without a runtime: this may be a test that failed. Then the driver.
        if self.driver.clone().leak().is_ok()
            && let Ok(mut wire) = TcpStream::connect(("127.0.0.1", self.port))
        {
            let _ = wire.set_read_timeout(Some(Duration::from_secs(10)));
            let _ = write!(
                wire,
                "DELETE /session/{} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
                self.session
            );
            // It answers when the browser is gone, and keeps the connection open after that.
            let _ = wire.read(&mut [0; 512]);
        }
        end(&mut self.chromedriver);
    }
}

/// A driver that is not handed over is ended.
struct Guard(Option<Child>);

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            end(child);
        }
    }
}

/// Ends the driver. It stays in our process group, so that Ctrl-C and a time limit reach it and its browser too.
fn end(chromedriver: &mut Child) {
    let _ = chromedriver.kill();
    let _ = chromedriver.wait();
}

fn wishes(profile: &TempDir) -> ChromeCapabilities {
    let mut wishes = DesiredCapabilities::chrome();
    for flag in FLAGS {
        wishes.add_arg(flag).unwrap();
    }
    wishes.add_arg(&format!("--user-data-dir={}", profile.path().display())).unwrap();
    if let Some(binary) =
        ["/usr/bin/chromium", "/usr/bin/chromium-browser"].iter().find(|path| fs::exists(path).unwrap())
    {
        wishes.set_binary(binary).unwrap();
    }
    wishes
}
