//! What leaves the mint, signed with real keys out of real databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::*;
use crate::{
    crypto::dice::SystemDice,
    store::{
        AccessOrder, IdTokenOrder, Known, NewGrant, Order, RefreshOrder,
        tests::{Wall, World, stores, tail, world},
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ostiary_gate::{
    domain::{
        amr::{Factor, Proof, Reach},
        audit::Actor,
        grant::Keeping,
        ids::GrantId,
    },
    gate::{Ask, Choice, Demand, Facts, Occasion, Verdict, Wants, decide},
};
use serde_json::{Value, json};
use tokio::task::JoinSet;

const ISSUER: &str = "http://localhost:9400";

fn dice() -> SystemDice {
    SystemDice::new()
}

/// A password an hour ago and a code now, by the road that every issue takes.
async fn issued(store: &Store, world: &World, alg: Algorithm, format: Format) -> Issued {
    let mut unit = store.begin().await.unwrap();
    let (bond, tx) = unit.parts();
    let now = tx.now(&Wall).await.unwrap();
    let rules = tx.rules(&world.client, std::slice::from_ref(&world.tenant)).await.unwrap().unwrap();
    let person = tx.person_facts(&world.person, Known::Held).await.unwrap();
    let proof = |factor, at| Proof { factor, at, authenticator: None, reach: Reach::everywhere() };
    let proofs = vec![proof(Factor::Password, now.minus(Span::hours(1))), proof(Factor::Totp, now)];
    let facts = Facts { person, proofs, ..Facts::default() };
    let scope = Scope::parse("openid notes").unwrap();
    let wants = Wants {
        occasion: Occasion::Authorize { visit_began: now },
        scope: scope.clone(),
        resource_scope: false,
        demand: Demand::default(),
        wishes: vec![],
        fresh: None,
        only: None,
        tenants: Choice::These(vec![world.tenant.clone()]),
    };
    let Verdict::Cleared(clearance) = decide(bond, Ask { rules: &rules, wants: &wants }, &facts, now) else {
        panic!("not cleared");
    };
    let (grant, asked) = (GrantId::from_tail(&tail()).unwrap(), json!({}));
    let new_grant = NewGrant {
        id: &grant,
        session: None,
        keeping: Keeping::Offline,
        scope: &scope,
        resource: None,
        sid: Some("sid-1"),
        tenant_aware: true,
        asked: &asked,
    };
    let claims = json!({"name": "Bob Stone", "amr": ["forged"], "iss": "forged", "sub": "forged"});
    let id_token = IdTokenOrder {
        alg,
        nonce: Some("n-0S6".into()),
        acr_asked: vec!["mfa".into()],
        acr_essential: false,
        claims: claims.as_object().unwrap().clone(),
        expires_at: now.plus(Span::hours(1)),
    };
    let order = Order {
        occasion: "test",
        grant: &grant,
        new_grant: Some(new_grant),
        scope: &scope,
        sid: Some("sid-1"),
        names_tenant: Some(&world.tenant),
        code: None,
        access: Some(AccessOrder {
            audience: "https://api.example/".into(),
            format,
            expires_at: now.plus(Span::minutes(5)),
        }),
        refresh: Some(RefreshOrder { generation: 1, expires_at: now.plus(Span::days(1)) }),
        id_token: Some(id_token),
    };
    let recorded = tx.record(clearance, order, &dice()).await.unwrap();
    unit.issue(recorded).await.unwrap()
}

fn part(jwt: &str, n: usize) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(jwt.split('.').nth(n).unwrap()).unwrap()).unwrap()
}

fn text(secret: Option<&Secret>) -> &str {
    secret.unwrap().expose()
}

#[tokio::test]
async fn id_token_and_access_token_say_the_same_of_the_sign_in_and_only_the_mint_says_it() {
    let dir = tempfile::tempdir().unwrap();
    for (name, store) in stores(dir.path()).await {
        let world = world(&store).await;
        let mint = Mint::new(ISSUER);
        make_keys(&store, &Wall, &dice(), &Algorithm::ALL).await.unwrap();
        mint.load(&store).await.unwrap();
        for alg in Algorithm::ALL {
            let issued = issued(&store, &world, alg, Format::Jwt(Algorithm::ES256)).await;
            let at = issued.issued_at().as_seconds();
            let tokens = mint.mint(issued).unwrap();
            let (access, id) = (text(tokens.access_token.as_ref()), text(tokens.id_token.as_ref()));
            assert_eq!(part(access, 0)["typ"], "at+jwt", "{name}");
            assert_eq!((&part(id, 0)["alg"], &part(id, 0)["typ"]), (&json!(alg.as_str()), &json!("JWT")), "{name}");
            let mut said = part(access, 1);
            let jti = said.as_object_mut().unwrap().remove("jti").unwrap();
            assert_eq!(mint.read_access(access).unwrap().as_str(), jti, "{name}");
            assert_eq!(
                said,
                json!({"iss": ISSUER, "aud": "https://api.example/", "sub": world.person, "client_id": "web",
                    "exp": at + 300, "iat": at, "scope": "notes openid", "auth_time": said["auth_time"],
                    "acr": "https://refeds.org/profile/mfa", "amr": ["pwd", "otp", "mfa"], "sid": "sid-1",
                    "tenant_id": world.tenant}),
                "{name}"
            );
            assert!((3599..=3601).contains(&(at - said["auth_time"].as_i64().unwrap())), "{name}: the oldest proof");
            let at_hash = ring::alg_of(alg).half_hash(access);
            assert_eq!(
                part(id, 1),
                json!({"iss": ISSUER, "aud": "web", "sub": world.person, "exp": at + 3600, "iat": at, "nonce": "n-0S6",
                    "auth_time": said["auth_time"], "acr": "mfa", "amr": said["amr"], "at_hash": at_hash,
                    "sid": "sid-1", "tenant_id": world.tenant, "name": "Bob Stone"}),
                "{name}"
            );
            assert_eq!(tokens.expires_in, Span::minutes(5), "{name}");
            assert!(tokens.refresh_token.is_some() && tokens.code.is_none(), "{name}");
        }
    }
}

#[tokio::test]
async fn an_opaque_access_token_leaves_as_it_was_drawn_and_is_hashed_beside_the_id_token() {
    let dir = tempfile::tempdir().unwrap();
    for (name, store) in stores(dir.path()).await {
        let world = world(&store).await;
        let mint = Mint::new(ISSUER);
        make_keys(&store, &Wall, &dice(), &[Algorithm::EdDsa]).await.unwrap();
        mint.load(&store).await.unwrap();
        let tokens = mint.mint(issued(&store, &world, Algorithm::EdDsa, Format::Opaque).await).unwrap();
        let access = text(tokens.access_token.as_ref());
        assert_eq!(access.len(), 43, "{name}");
        assert!(mint.read_access(access).is_none(), "{name}");
        assert_eq!(part(text(tokens.id_token.as_ref()), 1)["at_hash"].as_str().unwrap().len(), 43, "{name}");
        let early = mint.mint(issued(&store, &world, Algorithm::RS256, Format::Opaque).await);
        assert!(matches!(early, Err(MintError::KeyNotReady(Algorithm::RS256))), "{name}");
        assert_eq!(mint.algorithms(), [Algorithm::EdDsa], "{name}");
    }
}

#[tokio::test]
async fn a_hint_is_an_id_token_of_ours_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    for (name, store) in stores(dir.path()).await {
        let world = world(&store).await;
        let (mint, stranger) = (Mint::new(ISSUER), Mint::new("http://elsewhere"));
        make_keys(&store, &Wall, &dice(), &[Algorithm::ES256]).await.unwrap();
        mint.load(&store).await.unwrap();
        stranger.load(&store).await.unwrap();
        let issued = issued(&store, &world, Algorithm::ES256, Format::Jwt(Algorithm::ES256)).await;
        let tokens = mint.mint(issued).unwrap();
        let (access, id) = (text(tokens.access_token.as_ref()), text(tokens.id_token.as_ref()));
        let hint = mint.read_hint(id).unwrap();
        assert_eq!((&hint.sub, &hint.aud), (&world.person, &world.client), "{name}");
        assert_eq!((hint.sid.as_deref(), &hint.tenant), (Some("sid-1"), &Some(world.tenant.clone())), "{name}");
        assert!(mint.read_hint(access).is_none() && mint.read_access(id).is_none(), "{name}: one is not the other");
        assert!(stranger.read_hint(id).is_none() && stranger.read_access(access).is_none(), "{name}: another issuer");
        let bare = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        let unsigned = format!("{bare}.{}.", id.split('.').nth(1).unwrap());
        assert!(mint.read_hint(&unsigned).is_none() && mint.read_hint("").is_none(), "{name}");
    }
}

fn kids(mint: &Mint) -> Vec<String> {
    let set: Value = serde_json::from_slice(&mint.jwks().body).unwrap();
    let keys = set["keys"].as_array().unwrap();
    assert!(keys.iter().all(|key| key["d"].is_null() && key["use"] == "sig" && key["alg"].is_string()));
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// The wall clock, so much later.
struct Later(Span);

impl crate::store::Clock for Later {
    fn read(&self) -> Result<crate::store::Reading, crate::store::ClockError> {
        Ok(match Wall.read()? {
            crate::store::Reading::System(at) | crate::store::Reading::Test(at) => {
                crate::store::Reading::Test(at.plus(self.0))
            }
        })
    }
}

#[tokio::test]
async fn a_key_is_known_before_it_signs_and_recognised_after_it_stopped() {
    let dir = tempfile::tempdir().unwrap();
    for (name, store) in stores(dir.path()).await {
        let world = world(&store).await;
        let mint = Mint::new(ISSUER);
        let alg = Algorithm::ES256;
        let tend = |after: Span| {
            let store = store.clone();
            async move { tend_keys(&store, &Later(after), &dice(), CACHE_LIFE, LONGEST_LIFE).await.unwrap() }
        };
        let signed = async || {
            let tokens = mint.mint(issued(&store, &world, alg, Format::Jwt(alg)).await).unwrap();
            text(tokens.id_token.as_ref()).to_owned()
        };
        make_keys(&store, &Wall, &dice(), &[alg]).await.unwrap();
        mint.load(&store).await.unwrap();
        let (first, etag) = (kids(&mint), mint.jwks().etag.clone());
        let old = signed().await;
        let second = announce_key(&store, &Wall, &dice(), alg, &Actor::System).await.unwrap().unwrap();
        assert!(announce_key(&store, &Wall, &dice(), alg, &Actor::System).await.unwrap().is_none(), "{name}");
        assert_eq!(tend(Span::minutes(9)).await, Tended::default(), "{name}: too early");
        mint.load(&store).await.unwrap();
        assert_eq!(kids(&mint), [first[0].clone(), second.clone()], "{name}: announced");
        assert_ne!(mint.jwks().etag, etag, "{name}");
        assert_eq!(part(&signed().await, 0)["kid"], first[0], "{name}: the old one still signs");
        let tended = tend(Span::minutes(11)).await;
        assert_eq!((&tended.took_over, &tended.retired), (&vec![second.clone()], &first), "{name}");
        mint.load(&store).await.unwrap();
        assert_eq!(kids(&mint).len(), 2, "{name}: the old one is still published");
        let new = signed().await;
        assert_eq!(part(&new, 0)["kid"], *second, "{name}");
        assert_eq!(tend(Span::minutes(11 + 60)).await.withdrawn.len(), 0, "{name}: what it signed last may still live");
        assert_eq!(tend(Span::minutes(11 + 71)).await.withdrawn, first, "{name}");
        mint.load(&store).await.unwrap();
        assert_eq!(kids(&mint), std::slice::from_ref(&second), "{name}");
        assert!(mint.read_hint(&old).is_some() && mint.read_hint(&new).is_some(), "{name}: hints outlive it");
        assert!(forget_key(&store, &Wall, &dice(), &second, &Actor::System).await.unwrap(), "{name}");
        mint.load(&store).await.unwrap();
        assert!(mint.read_hint(&new).is_none() && !mint.can_sign(alg), "{name}: a key that leaked is nobody's");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_nodes_that_start_at_once_one_makes_each_first_key() {
    let dir = tempfile::tempdir().unwrap();
    for (name, store) in stores(dir.path()).await {
        let mut nodes = JoinSet::new();
        for _ in 0..8 {
            let store = store.clone();
            nodes.spawn(async move {
                let made = make_keys(&store, &Wall, &dice(), &[Algorithm::ES256, Algorithm::EdDsa]).await.unwrap();
                let mint = Mint::new(ISSUER);
                mint.load(&store).await.unwrap();
                (made.len(), kids(&mint))
            });
        }
        let nodes = nodes.join_all().await;
        assert_eq!(nodes.iter().map(|(made, _)| made).sum::<usize>(), 2, "{name}");
        assert!(nodes.iter().all(|(_, kids)| *kids == nodes[0].1 && kids.len() == 2), "{name}: all hold the same two");
    }
}
