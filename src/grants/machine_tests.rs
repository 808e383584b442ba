//! `client_credentials` on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::testing::*;
use crate::{
    acts::testing::{House, houses},
    store::StoreError,
};
use ostiary_gate::domain::{
    client::{Client, ConnectionNeed},
    ids::{ClientId, ConnectionId, TenantId},
    scope::Scope,
    tenant::{Connection, TwoFactor},
};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_gets_what_its_clinic_agreed_to_and_nothing_about_a_person() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let machine = Client {
            id: ClientId::parse("svc").unwrap(),
            grant_types: ["client_credentials".to_owned()].into(),
            scope: Scope::parse("openid export:read export:write").unwrap(),
            connection: ConnectionNeed::Offline,
            requires_tenant_two_factor: true,
            ..registered(&house, "web").await
        };
        let svc = put(&house, machine).await;
        let with = async |more: &[(&str, &str)]| {
            ask(&house, &svc, &[&[("grant_type", "client_credentials")], more].concat()).await
        };
        let (tenant, scope) = (("tenant", "hilltop"), ("scope", "export:read"));
        for (sent, error) in [
            (vec![scope], "invalid_request"),
            (vec![tenant, ("scope", "openid")], "invalid_scope"),
            (vec![tenant, ("scope", "beds")], "invalid_scope"),
            (vec![tenant, scope], "unauthorized_client"),
            (vec![("tenant", "nowhere"), scope], "unauthorized_client"),
        ] {
            assert_eq!(no(with(&sent).await).0, error, "{}: {sent:?}", house.name);
        }
        connect(&house, &svc, &house.hilltop).await.unwrap();
        assert_eq!(no(with(&[tenant, scope]).await).0, "unauthorized_client", "waiting: the box is off");
        tick(&house, &house.hilltop, TwoFactor::Required).await;
        assert_eq!(no(with(&[tenant, ("scope", "export:write")]).await).0, "invalid_scope", "{}", house.name);
        let answer = with(&[("scope", "export:read tenant:hilltop")]).await.unwrap();
        assert!(answer.refresh_token.is_none() && answer.id_token.is_none(), "{}", house.name);
        let said = claims(answer.access_token.expose());
        assert_eq!((&said["sub"], &said["client_id"]), (&json!("svc"), &json!("svc")), "{}", house.name);
        assert_eq!((&said["tenant_id"], &said["scope"]), (&json!(house.hilltop), &json!("export:read")));
        for never in ["amr", "acr", "auth_time", "sid"] {
            assert!(said[never].is_null(), "{}: {never}", house.name);
        }
    }
}

async fn connect(house: &House, client: &Client, tenant: &TenantId) -> Result<(), StoreError> {
    let mut unit = house.desk.store.begin().await?;
    let connection = Connection {
        id: ConnectionId::from_tail(&"c".repeat(26)).unwrap(),
        client: client.id.clone(),
        client_name: client.name.clone(),
        requires_two_factor: true,
        scope: Scope::parse("export:read").unwrap(),
        agreed_at: house.clock.now(),
    };
    unit.tx().insert_connection(tenant, &connection, house.dave.as_str()).await?;
    unit.commit().await
}
