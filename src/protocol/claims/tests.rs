//! What the `claims` parameter may say, and what it may not do to its reader.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::*;
use proptest::prelude::*;

fn parsed(text: &str) -> ClaimsRequest {
    ClaimsRequest::parse(text).expect(text)
}

#[test]
fn names_are_wanted_in_several_forms_and_unknown_ones_never_matter() {
    let request = parsed(
        r#"{"userinfo": {"name": null, "email": {"essential": true}, "picture": {}, "zodiac": {"essential": true},
            "locale": {"value": 7, "colour": "blue"}, "nickname": {"values": [1, null]}},
            "id_token": {"given_name": {"essential": false}, "auth_time": {"essential": true}, "shoe_size": null},
            "newer": ["thing"]}"#,
    );
    assert_eq!(Vec::from_iter(&request.userinfo), ["email", "locale", "name", "nickname", "picture"]);
    assert_eq!(Vec::from_iter(&request.id_token), ["given_name"]);
    assert_eq!((request.acr, request.amr, request.sub), (None, None, None));
}

#[test]
fn an_empty_request_asks_nothing() {
    for text in ["{}", r#"{"userinfo":null}"#, r#"{"id_token":{}}"#] {
        assert!(parsed(text).is_empty(), "{text}");
    }
}

#[test]
fn an_essential_acr_is_binding_and_a_plain_one_is_a_wish() {
    let acr = |text: &str| parsed(&format!(r#"{{"id_token":{{"acr":{text}}}}}"#)).acr.unwrap();
    let binding = acr(r#"{"essential":true,"values":["phr","mfa"]}"#);
    assert!(binding.essential);
    assert_eq!(
        (binding.values.as_slice(), binding.classes()),
        (&["phr".to_owned(), "mfa".to_owned()][..], vec![Acr::Phr, Acr::Mfa])
    );
    assert_eq!(acr(r#"{"essential":true,"value":"mfa"}"#).values, ["mfa"]);
    assert!(!acr(r#"{"values":["mfa"]}"#).essential);
    assert!(!acr("null").essential);
    assert_eq!(acr(r#"{"essential":true}"#), AcrAsk { essential: true, values: Vec::new() });
}

#[test]
fn an_acr_nobody_knows_leaves_no_class_that_could_meet_it() {
    let ask = parsed(r#"{"id_token":{"acr":{"essential":true,"value":"urn:gold"}}}"#).acr.unwrap();
    assert!(ask.classes().is_empty() && !ask.values.is_empty());
}

#[test]
fn an_essential_amr_asks_for_all_of_value_or_one_of_values() {
    let amr = |text: &str| parsed(&format!(r#"{{"id_token":{{"amr":{text}}}}}"#)).amr;
    let sets = |text: &str| amr(text).unwrap().references();
    assert_eq!(sets(r#"{"essential":true,"value":"otp"}"#), [BTreeSet::from([Reference::Otp])]);
    assert_eq!(sets(r#"{"essential":true,"value":["pwd","otp"]}"#), [BTreeSet::from([Reference::Pwd, Reference::Otp])]);
    let any = sets(r#"{"essential":true,"values":["otp","hwk"]}"#);
    assert_eq!(any, [BTreeSet::from([Reference::Otp]), BTreeSet::from([Reference::Hwk])]);
    assert_eq!(amr(r#"{"value":"otp"}"#), None);
    assert_eq!(amr(r#"{"essential":true}"#), None);
    assert_eq!(amr("null"), None);
}

#[test]
fn an_amr_we_never_say_cannot_be_met_by_leaving_it_out() {
    let ask = parsed(r#"{"id_token":{"amr":{"essential":true,"value":["otp","fpt"]}}}"#).amr.unwrap();
    assert!(ask.references().is_empty());
    let ask = parsed(r#"{"id_token":{"amr":{"essential":true,"values":["fpt","otp"]}}}"#).amr.unwrap();
    assert_eq!(ask.references(), [BTreeSet::from([Reference::Otp])]);
}

#[test]
fn a_person_can_be_named_by_value_only() {
    assert_eq!(parsed(r#"{"id_token":{"sub":{"value":"per_1"}}}"#).sub.as_deref(), Some("per_1"));
    assert_eq!(parsed(r#"{"id_token":{"sub":null},"userinfo":{"sub":{"value":"per_2"}}}"#).sub, None);
    let many = ClaimsRequest::parse(r#"{"id_token":{"sub":{"values":["per_1","per_2"]}}}"#);
    assert_eq!(many, Err(ClaimsError::SubjectValues));
}

#[test]
fn wrong_types_are_refused() {
    for bad in [
        "[]",
        "\"name\"",
        "null",
        r#"{"userinfo":[]}"#,
        r#"{"userinfo":"name"}"#,
        r#"{"userinfo":{"name":true}}"#,
        r#"{"userinfo":{"name":{"essential":"yes"}}}"#,
        r#"{"userinfo":{"name":{"values":"Ann"}}}"#,
        r#"{"id_token":{"acr":{"value":1}}}"#,
        r#"{"id_token":{"acr":{"value":null}}}"#,
        r#"{"id_token":{"acr":{"values":["mfa",1]}}}"#,
        r#"{"id_token":{"amr":{"essential":true,"value":{"otp":true}}}}"#,
        r#"{"id_token":{"sub":{"value":7}}}"#,
    ] {
        assert_eq!(ClaimsRequest::parse(bad), Err(ClaimsError::WrongType), "{bad}");
    }
}

#[test]
fn a_demand_without_any_way_to_meet_it_or_with_two_readings_is_refused() {
    for name in ["acr", "amr"] {
        let ask = |wish: &str| ClaimsRequest::parse(&format!(r#"{{"id_token":{{"{name}":{wish}}}}}"#));
        assert_eq!(ask(r#"{"essential":true,"values":[]}"#), Err(ClaimsError::ListLength));
        assert_eq!(ask(r#"{"essential":true,"value":"mfa","values":["mfa"]}"#), Err(ClaimsError::ValueAndValues));
    }
    let empty = ClaimsRequest::parse(r#"{"id_token":{"amr":{"essential":true,"value":[]}}}"#);
    assert_eq!(empty, Err(ClaimsError::ListLength));
    for twice in [
        r#"{"id_token":{"acr":{"essential":true,"value":"mfa"},"acr":null}}"#,
        r#"{"id_token":{"acr":{"essential":true,"essential":false}}}"#,
        r#"{"id_token":{},"id_token":{}}"#,
    ] {
        assert_eq!(ClaimsRequest::parse(twice), Err(ClaimsError::NotJson), "{twice}");
    }
}

#[test]
fn a_hundred_thousand_brackets_are_refused_and_the_stack_stands() {
    for (open, close) in [("[", "]"), (r#"{"id_token":"#, "}")] {
        let deep = format!("{}null{}", open.repeat(100_000), close.repeat(100_000));
        assert_eq!(ClaimsRequest::parse(&deep), Err(ClaimsError::TooLong));
        // As deep as fits into the size limit, for the parser itself.
        let deep = format!("{}null{}", open.repeat(500), close.repeat(500));
        assert_eq!(ClaimsRequest::parse(&deep), Err(ClaimsError::NotJson));
        let parsed = serde_json::from_str::<Distinct>(&open.repeat(100_000));
        assert!(parsed.is_err());
    }
}

#[test]
fn it_survives_being_sealed_into_a_visit() {
    let request = parsed(
        r#"{"userinfo":{"name":null},"id_token":{"acr":{"essential":true,"value":"mfa"},"amr":{"essential":true,"value":"otp"}}}"#,
    );
    let sealed = serde_json::to_string(&request).unwrap();
    assert_eq!(serde_json::from_str::<ClaimsRequest>(&sealed).unwrap(), request);
    assert_eq!(serde_json::to_string(&ClaimsRequest::default()).unwrap(), "{}");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z_]{0,6}".prop_map(Value::from)
    ];
    let name = prop_oneof![
        Just("id_token"),
        Just("userinfo"),
        Just("acr"),
        Just("amr"),
        Just("sub"),
        Just("value"),
        Just("values")
    ];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((name.clone(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().map(|(n, v)| (n.to_owned(), v)).collect())),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_is_sent_is_parsed_or_refused(text in any::<String>()) {
        let _ = ClaimsRequest::parse(&text);
    }

    #[test]
    fn any_document_is_parsed_or_refused_and_no_ask_is_vacuous(document in any_json()) {
        let amr = ClaimsRequest::parse(&document.to_string()).ok().and_then(|request| request.amr);
        if let Some(amr) = amr {
            prop_assert!(!amr.alternatives.is_empty() && amr.alternatives.iter().all(|set| !set.is_empty()));
        }
    }
}
