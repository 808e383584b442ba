//! An answer as a person and their browser see it: where it leads, what it says, which forms it holds.
use http::{HeaderMap, StatusCode};
use scraper::{ElementRef, Html, Selector};
use url::Url;

#[derive(Clone, Debug)]
pub struct Page {
    pub url: Url,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Page {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Where a redirect leads, made absolute.
    pub fn location(&self) -> Option<Url> {
        self.status.is_redirection().then(|| self.header("location").and_then(|to| self.url.join(to).ok())).flatten()
    }

    /// A parameter of the redirect: `code`, `error`, `state`, `iss`.
    pub fn answer(&self, name: &str) -> Option<String> {
        let url = self.location()?;
        let fragment = url.fragment().unwrap_or_default().to_owned();
        let found = url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        found.or_else(|| {
            url::form_urlencoded::parse(fragment.as_bytes()).find(|(key, _)| key == name).map(|(_, v)| v.into_owned())
        })
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("no JSON ({e}): {self}"))
    }

    pub fn title(&self) -> String {
        self.text("title")
    }

    /// The text of the first element that fits, blanks joined; empty when there is none.
    pub fn text(&self, css: &str) -> String {
        let html = Html::parse_document(&self.body);
        html.select(&selector(css)).next().map_or_else(String::new, |element| text_of(&element))
    }

    /// The text of every element that fits: the rows of a list.
    pub fn texts(&self, css: &str) -> Vec<String> {
        let html = Html::parse_document(&self.body);
        html.select(&selector(css)).map(|element| text_of(&element)).collect()
    }

    pub fn has(&self, css: &str) -> bool {
        Html::parse_document(&self.body).select(&selector(css)).next().is_some()
    }

    /// The address of the first link that fits.
    pub fn link(&self, css: &str) -> Url {
        let html = Html::parse_document(&self.body);
        let href = html.select(&selector(css)).find_map(|link| link.attr("href").map(str::to_owned));
        let href = href.unwrap_or_else(|| panic!("no link {css}: {self}"));
        self.url.join(&href).unwrap()
    }

    pub fn forms(&self) -> Vec<Form> {
        let html = Html::parse_document(&self.body);
        html.select(&selector("form")).map(|form| Form::read(&self.url, &html, &form)).collect()
    }

    /// The form with this id, or with a field or button of this name or id.
    pub fn form(&self, of: &str) -> Form {
        self.forms()
            .into_iter()
            .find(|form| form.is_about(of))
            .unwrap_or_else(|| panic!("no form about {of:?}: {self}"))
    }

    pub fn has_form(&self, of: &str) -> bool {
        self.forms().iter().any(|form| form.is_about(of))
    }
}

impl std::fmt::Display for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let to = self.header("location").unwrap_or("nowhere");
        write!(f, "{} {} → {to}\n{}", self.url, self.status, self.body)
    }
}

/// What a form would send, and where to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    pub id: String,
    pub action: Url,
    pub is_post: bool,
    /// What a browser would send of itself: hidden fields, filled inputs, ticked boxes, chosen options.
    pub fields: Vec<(String, String)>,
    /// Every name it can send, and the ids of its buttons.
    pub names: Vec<String>,
    /// Buttons that carry a value: (id, name, value).
    buttons: Vec<(String, String, String)>,
}

impl Form {
    fn read(page: &Url, html: &Html, form: &ElementRef<'_>) -> Self {
        let attr = |element: &ElementRef<'_>, name: &str| element.attr(name).unwrap_or_default().to_owned();
        let id = attr(form, "id");
        let mut read = Self {
            action: page.join(&attr(form, "action")).unwrap_or_else(|_| page.clone()),
            is_post: attr(form, "method").eq_ignore_ascii_case("post"),
            fields: vec![],
            names: vec![],
            buttons: vec![],
            id,
        };
        for field in html.select(&selector("input, select, textarea, button")) {
            let inside = field.ancestors().any(|node| node.id() == form.id());
            let is_ours = field.attr("form").map_or(inside, |of| of == read.id);
            if !is_ours || field.attr("disabled").is_some() {
                continue;
            }
            let (name, kind) = (attr(&field, "name"), attr(&field, "type"));
            read.names.push(name.clone());
            if field.value().name() == "button" || kind == "submit" {
                read.names.push(attr(&field, "id"));
                read.buttons.push((attr(&field, "id"), name, attr(&field, "value")));
            } else if let Some(value) = value_of(&field, &kind).filter(|_| !name.is_empty()) {
                read.fields.push((name, value));
            }
        }
        read
    }

    fn is_about(&self, of: &str) -> bool {
        self.id == of || self.names.iter().any(|name| name == of)
    }

    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Types or chooses a value; a name the form does not have is a mistake of the test.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        assert!(self.names.iter().any(|n| n == name), "the form has no field {name:?}, only {:?}", self.names);
        self.fields.retain(|(field, _)| field != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Leaves a field out: unticks a box, or forges a request.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(field, _)| field != name);
        self
    }

    /// Presses the button with this id: its own name and value go along.
    #[must_use]
    pub fn pressing(mut self, id: &str) -> Self {
        let button = self.buttons.iter().find(|(button, ..)| button == id);
        let (_, name, value) = button.unwrap_or_else(|| panic!("no button {id:?}")).clone();
        if !name.is_empty() {
            self.fields.push((name, value));
        }
        self
    }
}

/// What a field sends when nobody touches it.
fn value_of(field: &ElementRef<'_>, kind: &str) -> Option<String> {
    let value = field.attr("value").map(str::to_owned);
    match (field.value().name(), kind) {
        ("select", _) => {
            let options: Vec<ElementRef<'_>> = field.select(&selector("option")).collect();
            let chosen = options.iter().find(|o| o.attr("selected").is_some()).or(options.first())?;
            Some(chosen.attr("value").map_or_else(|| text_of(chosen), str::to_owned))
        }
        ("textarea", _) => Some(field.text().collect()),
        (_, "checkbox" | "radio") => field.attr("checked").map(|_| value.unwrap_or_else(|| "on".to_owned())),
        (_, "button" | "reset" | "image" | "file") => None,
        _ => Some(value.unwrap_or_default()),
    }
}

fn text_of(element: &ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|e| panic!("{css:?} is no selector: {e}"))
}
