"""Files that a server starts: handlers of web frameworks and model servers, and the order in which a server calls them."""

from __future__ import annotations

from collections.abc import Iterable

from normlint import ir
from normlint.evaluate.text import text
from normlint.purposes import PAGES
from normlint.values import ClassValue, External

# Last names of decorators that make a function or class answer requests: flask==3.1 and fastapi==0.120 (route, get, post),
# bentoml==1.4 (service, api), ray.serve==2.50 (deployment), modal==1.2 (function, web_endpoint), celery==5.5 (task).
_DECORATORS = frozenset(
    {"route", "get", "post", "put", "websocket", "api_route", "api", "service", "deployment", "ingress", "web_endpoint",
     "fastapi_endpoint", "task"}
)  # fmt: skip
# Bases of handlers: torchserve==0.12 ts/torch_handler, cog==0.16, kserve==0.15, litserve==0.2, mlflow==3.4, bentoml==1.4.
_BASES = frozenset(
    {"BaseHandler", "VisionHandler", "ImageClassifier", "ObjectDetector", "ImageSegmenter", "BasePredictor", "LitAPI",
     "PythonModel", "Runnable", "BaseHTTPRequestHandler", "Resource", "MethodView"}
)  # fmt: skip
# Triton's Python backend looks for this class, SageMaker and AWS Lambda for these functions.
_CLASSES = frozenset({"TritonPythonModel"})
_FUNCTIONS = frozenset({"model_fn", "predict_fn", "lambda_handler"})
# What the base class calls one after the other, each with what the one before gave back.
_CHAINS = (("preprocess", "inference"), ("preprocess", "predict"), ("decode_request", "predict"))
_PACKAGES = ("ts.", "kserve.", "litserve.")


def serves(body: Iterable[ir.Statement], words: frozenset[str]) -> bool:
    """Whether a server starts a module: it has a handler, or is a page of a framework that runs it from the top."""
    if not words.isdisjoint(PAGES):
        return True
    return any(_is_handler(statement) for statement in body)


def _is_handler(statement: ir.Statement) -> bool:
    match statement:
        case ir.Function(name=name, decorators=decorators):
            return name in _FUNCTIONS or any(map(_answers, decorators))
        case ir.Class(name=name, bases=bases, decorators=decorators):
            if name in _CLASSES or any(map(_answers, decorators)):
                return True
            return any(text(base.value).rsplit(".", 1)[-1] in _BASES for base in bases)
    return False


def _answers(decorator: ir.Expression) -> bool:
    node = decorator.function if isinstance(decorator, ir.Call) else decorator
    return isinstance(node, ir.Attribute) and node.name in _DECORATORS


def chain_of(cls: ClassValue) -> tuple[str, str] | None:
    """The two methods of a handler that a server calls one after the other; None for other classes."""
    if not any(isinstance(base, External) and base.dotted.startswith(_PACKAGES) for base in cls.bases):
        return None
    return next((chain for chain in _CHAINS if all(cls.member(name) is not None for name in chain)), None)
