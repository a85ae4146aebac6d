"""The names in a file's source that say what the file is for."""

from __future__ import annotations

# What a file mentions when it trains, and when it only uses a model.
TRAINING = frozenset({"backward", "apply_gradients", "train_on_batch", "fit_generator", "manual_backward"})
USING = frozenset({"no_grad", "inference_mode", "load_state_dict", "predict", "InferenceSession", "eval", "readNet",
                   "readNetFromONNX", "readNetFromTorch", "readNetFromTensorflow", "readNetFromCaffe", "compile_model",
                   "Interpreter"})  # fmt: skip
UNIT_TESTS = frozenset({"pytest", "unittest", "TestCase", "assertEqual", "assert_allclose"})
TELLING = TRAINING | USING | UNIT_TESTS
# Frameworks that run a file from the top to show a page.
PAGES = frozenset({"streamlit", "gradio"})
