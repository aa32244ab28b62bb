"""What type checkers must refuse, line by line; a comment too many is an error as well."""

from flask import Flask
from flask_cors_wsgi import CORS

from cors_wsgi import CORSMiddleware, PathPolicies, Policy, PolicyFields, asgi

policy = Policy(allow_origins="https://app.example")
app = Flask(__name__)

Policy("https://app.example")  # type: ignore[call-arg, arg-type]
Policy(allow_orgins=["https://app.example"])  # type: ignore[call-arg]
Policy()  # type: ignore[call-arg]
Policy(allow_origins="https://app.example", supports_credentials=True)  # type: ignore[call-arg]
Policy(allow_origins="https://app.example", max_age="1h")  # type: ignore[arg-type]
policy.replace(allow_orgins="https://app.example")  # type: ignore[call-arg]
policy.replace("https://app.example")  # type: ignore[arg-type]
CORS(app, "https://app.example")  # type: ignore[arg-type]
CORS(app, origins="https://app.example")  # type: ignore[call-arg]
CORSMiddleware(app.wsgi_app, "https://app.example")  # type: ignore[arg-type]
CORSMiddleware(app.wsgi_app)  # type: ignore[call-arg]
CORSMiddleware(app.wsgi_app, allow_origins="https://app.example")  # type: ignore[call-arg]
CORSMiddleware(app.wsgi_app, policy).polcy = policy  # type: ignore[attr-defined]
asgi.CORSMiddleware(app.wsgi_app, policy)  # type: ignore[arg-type]
asgi.CORSMiddleware(app, policy)  # type: ignore[arg-type]
PathPolicies({"/api": True})  # type: ignore[dict-item]
settings: PolicyFields = {"allow_orgins": "https://app.example"}  # type: ignore[typeddict-unknown-key, typeddict-item]
