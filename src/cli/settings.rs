//! `config check` and `config show`. Owns the masking of secrets.
use super::{
    Failure,
    config::{
        Mode, Settings,
        keys::{KEYS, Key},
        layers::{Given, Layers},
    },
    say,
};

pub fn check(layers: &Layers, mode: Mode) -> Result<(), Failure> {
    let settings = Settings::to_serve(layers, mode)?;
    say(format_args!("the configuration is fine: {} on {}", settings.issuer, settings.listen));
    Ok(())
}

/// Also of a configuration that is wrong: that is when one looks. Its faults follow.
pub fn show(layers: &Layers, origin: bool, json: bool) -> Result<(), Failure> {
    let rows = KEYS.iter().map(|key| (*key, layers.given.get(key.name)));
    if json {
        let row = |(key, given): (&Key, Option<&Given>)| {
            let value = given.map(|given| shown(key, given));
            let origin = given.map(|given| given.origin.to_string());
            (key.name.to_owned(), serde_json::json!({ "value": value, "origin": origin }))
        };
        say(format_args!("{:#}", serde_json::Value::Object(rows.map(row).collect())));
    } else {
        for (key, given) in rows {
            match given {
                Some(given) if origin => {
                    say(format_args!("{} = {:?}  # {}", key.name, shown(key, given), given.origin));
                }
                Some(given) => say(format_args!("{} = {:?}", key.name, shown(key, given))),
                None => say(format_args!("# {} is not set", key.name)),
            }
        }
    }
    if layers.faults.is_empty() { Ok(()) } else { Err(super::config::Wrong(layers.faults.clone()).into()) }
}

/// A database's address without its password; of other secrets, that there is one.
fn shown(key: &Key, given: &Given) -> String {
    if !key.is_secret() {
        return given.value.clone();
    }
    match url::Url::parse(&given.value) {
        Ok(mut url) if url.scheme() != "sqlite" => {
            let has_query = url.query().is_some();
            if url.password().is_some() {
                let _ = url.set_password(Some("****"));
            }
            // A password may also stand among the parameters.
            url.set_query(has_query.then_some("****"));
            url.to_string()
        }
        Ok(_) => given.value.clone(),
        Err(_) if given.value.starts_with("sqlite://") => given.value.clone(),
        Err(_) => "****".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::config::{keys, layers::Origin};

    #[test]
    fn no_secret_is_shown() {
        let said = |value: &str| shown(&keys::DATABASE_URL, &Given { value: value.into(), origin: Origin::Default });
        assert_eq!(said("postgres://o:hush@db/o"), "postgres://o:****@db/o");
        assert_eq!(said("postgres://db/o?user=o&password=hush"), "postgres://db/o?****");
        assert_eq!(said("sqlite://ostiary.db"), "sqlite://ostiary.db");
        assert_eq!(said("hush hush"), "****");
    }
}
