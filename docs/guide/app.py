# A relying party in one file: pip install Authlib Flask requests, python app.py, then open http://127.0.0.1:9501/
import json, os, secrets
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, jsonify, redirect, session, url_for

MFA = "https://refeds.org/profile/mfa"
app = Flask(__name__)
app.secret_key = secrets.token_bytes(32)
ostiary = OAuth(app).register(
    "ostiary",
    server_metadata_url=os.environ.get("ISSUER", "http://localhost:9400") + "/.well-known/openid-configuration",
    client_id=os.environ.get("CLIENT_ID", "web"),
    client_secret=os.environ["CLIENT_SECRET"],
    client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
)


def sign_in(**more):
    # CLINIC is a slug, where one installation of the app serves one clinic.
    if clinic := os.environ.get("CLINIC"):
        more["tenant"] = clinic
    return ostiary.authorize_redirect(url_for("callback", _external=True), **more)


@app.get("/callback")
def callback():
    try:
        token = ostiary.authorize_access_token()  # checks state, nonce, issuer, signature, expiry
    except OAuthError as error:
        return f"{error.error}: {error.description}", 400
    session["person"] = {name: token["userinfo"].get(name) for name in ("sub", "tenant_id", "amr", "acr", "auth_time")}
    session["refresh_token"] = token.get("refresh_token")
    return redirect("/")


@app.get("/")
def home():
    return jsonify(session["person"]) if "person" in session else sign_in()


@app.get("/payroll")
def payroll():
    if "otp" not in session.get("person", {}).get("amr", []):
        # Binding: this page is for people who showed a 6-digit code.
        return sign_in(claims=json.dumps({"id_token": {"acr": {"essential": True, "value": MFA}}}))
    return jsonify(session["person"])


@app.get("/refresh")
def refresh():
    try:
        token = ostiary.fetch_access_token(grant_type="refresh_token", refresh_token=session["refresh_token"])
    except OAuthError:
        # The clinic has ticked its box: nothing is lost, the person signs in again and comes back here.
        session.clear()
        return sign_in()
    session["refresh_token"] = token["refresh_token"]
    return jsonify(session["person"])


if __name__ == "__main__":
    app.run("127.0.0.1", 9501)
