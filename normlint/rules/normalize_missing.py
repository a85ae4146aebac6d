"""NL102 normalize-missing"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.arrivals import Arrival
from normlint.facts import Facts
from normlint.findings import Finding
from normlint.rules.registry import Rule


def check(facts: Facts) -> Iterator[Finding]:
    """One of two paired pipelines normalizes (or scales to unit) and the other does not.

    ## What it does
    Follows the images that training and other entry points hand to one model, through data sets, loaders and helpers, and
    reports an entry point whose images arrive without the normalization, or in another scale, than in training. Both
    sides must be known. An entry point is paired with training only on evidence: the same model definition, and a folder,
    data set or helper in common, or the file of weights that training saves and the other program loads,
    or commands of a README that name both with one file of weights or settings.

    ## Why is this bad?
    The network gets inputs that it was not trained on. Nothing fails; the predictions are just worse.

    ## Example
    ```python
    import torch
    from PIL import Image
    from torch import nn
    from torch.utils.data import DataLoader
    from torchvision import datasets, transforms


    class Net(nn.Module):
        def forward(self, x):
            return x.mean(dim=(2, 3))


    def train(net, optimizer):
        transform = transforms.Compose([
            transforms.ToTensor(), transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
        ])
        for images, labels in DataLoader(datasets.ImageFolder("data", transform), shuffle=True):
            loss = nn.functional.cross_entropy(net(images), labels)
            loss.backward()
            optimizer.step()


    def predict(net, path):
        return net(transforms.ToTensor()(Image.open(path)).unsqueeze(0))


    if __name__ == "__main__":
        model = Net()
        train(model, torch.optim.SGD(model.parameters(), 0.1))
        print(predict(model, "a.png"))
    ```

    ## Use instead
    ```python
    import torch
    from PIL import Image
    from torch import nn
    from torch.utils.data import DataLoader
    from torchvision import datasets, transforms

    TRANSFORM = transforms.Compose([
        transforms.ToTensor(), transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    ])


    class Net(nn.Module):
        def forward(self, x):
            return x.mean(dim=(2, 3))


    def train(net, optimizer):
        for images, labels in DataLoader(datasets.ImageFolder("data", TRANSFORM), shuffle=True):
            loss = nn.functional.cross_entropy(net(images), labels)
            loss.backward()
            optimizer.step()


    def predict(net, path):
        return net(TRANSFORM(Image.open(path)).unsqueeze(0))


    if __name__ == "__main__":
        model = Net()
        train(model, torch.optim.SGD(model.parameters(), 0.1))
        print(predict(model, "a.png"))
    ```
    """
    for mismatch in facts.mismatches:
        if not mismatch.both_normalize:
            plain = mismatch.arrival.stats is None
            yield RULE.finding(
                mismatch.place,
                f"{mismatch.side} hands the model {_said(mismatch.arrival)}, {mismatch.against} {_said(mismatch.expected)} "
                f"({mismatch.reference}); paired: {mismatch.reason}",
                label="not normalized" if plain and mismatch.expected.stats is not None else "other scale",
                related=mismatch.related, key=mismatch.key, confidence=mismatch.confidence,
            )


def _said(arrival: Arrival) -> str:
    return arrival.describe() if arrival.stats is None else f"images normalized with {arrival.describe()}"


RULE = Rule("NL102", "normalize-missing", "error", True, check, by_file=False)
