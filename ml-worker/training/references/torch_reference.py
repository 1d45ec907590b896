"""Networks of a training spec in PyTorch, from its own initial parameters."""

import copy

import numpy
import torch
from torch import nn

MICRO = 1_000_000
PICO = 1_000_000_000_000
PERMILLE = 1_000
ACTIVATIONS = {"Relu": nn.ReLU, "Tanh": nn.Tanh, "Sigmoid": nn.Sigmoid}


def dense(inputs, hidden, outputs, activation=nn.ReLU, norm=False):
    """Fully connected layers."""
    layers = []
    for units in hidden:
        layers.append(nn.Linear(inputs, units))
        if norm:
            layers.append(nn.LayerNorm(units))
        layers.append(activation())
        inputs = units
    return [*layers, nn.Linear(inputs, outputs)]


def perceptron(settings, inputs, outputs, _tokens):
    activation = ACTIVATIONS[settings["activation"]]
    return nn.Sequential(*dense(inputs, settings["hidden"], outputs, activation, settings["layer_norm"]))


def convolutional(settings, _inputs, outputs, _tokens):
    image = settings["image"]
    height, width, channels = image["height"], image["width"], image["channels"]
    # Pixels come row by row with the channels side by side.
    layers = [nn.Unflatten(1, (height, width, channels)), Permuted(0, 3, 1, 2)]
    for filters in settings["filters"]:
        layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.MaxPool2d(2), nn.ReLU()]
        height, width, channels = height // 2, width // 2, filters
    return nn.Sequential(*layers, nn.Flatten(), *dense(height * width * channels, settings["hidden"], outputs))


def text(settings, _inputs, outputs, tokens):
    dimension = settings["embedding"]
    embedding = nn.EmbeddingBag(tokens, dimension, mode="mean", padding_idx=0)
    return nn.Sequential(embedding, *dense(dimension, settings["hidden"], outputs))


class Permuted(nn.Module):
    """The input with its dimensions in another order."""

    def __init__(self, *order):
        super().__init__()
        self.order = order

    def forward(self, inputs):
        return inputs.permute(*self.order).contiguous()


MODELS = {"MultilayerPerceptron": perceptron, "ConvolutionalNetwork": convolutional, "TextClassifier": text}


def optimiser(model, descent):
    """The optimiser of the spec; biases and what belongs to a norm do not decay."""
    decay = descent["weight_decay"] / MICRO
    weights = [parameter for parameter in model.parameters() if parameter.dim() > 1]
    others = [parameter for parameter in model.parameters() if parameter.dim() == 1]
    groups = [{"params": weights, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]
    rate = descent["learning_rate"] / MICRO
    (kind, settings), = descent["optimiser"].items()
    if kind == "Sgd":
        return torch.optim.SGD(groups, lr=rate, momentum=settings["momentum"] / MICRO)
    betas = (settings["beta_1"] / MICRO, settings["beta_2"] / MICRO)
    return torch.optim.AdamW(groups, lr=rate, betas=betas, eps=settings["epsilon"] / PICO)


class Network:
    """A network and how it is trained."""

    def __init__(self, algorithm, settings, inputs, classes, tokens, seed):
        torch.manual_seed(seed)
        self.is_class = classes is not None
        self.descent = settings["descent"]
        self.model = MODELS[algorithm](settings, inputs, classes or 1, tokens)
        self.loss = nn.CrossEntropyLoss() if self.is_class else nn.MSELoss()

    def fit(self, inputs, targets, training, holdout):
        """Train on rows. Returns what is told of the holdout: classes or numbers."""
        is_text = isinstance(self.model[0], nn.EmbeddingBag)
        inputs = torch.tensor(inputs, dtype=torch.int64 if is_text else torch.float32)
        targets = torch.tensor(targets, dtype=torch.int64 if self.is_class else torch.float32)
        targets = targets if self.is_class else targets[:, None]
        rows = torch.tensor(numpy.flatnonzero(training))
        stopping = self.descent["early_stopping"]
        validation = None
        if stopping:
            rows = rows[torch.randperm(len(rows))]
            count = max(1, len(rows) * stopping["validation"] // PERMILLE)
            validation, rows = rows[:count], rows[count:]
        self.train(inputs, targets, rows, validation)
        with torch.no_grad():
            told = self.model(inputs[torch.tensor(numpy.flatnonzero(holdout))])
        return (told.argmax(dim=1) if self.is_class else told[:, 0]).numpy()

    def train(self, inputs, targets, rows, validation=None):
        """Take all steps; with rows of validation, keep the parameters of the best epoch."""
        steps = optimiser(self.model, self.descent)
        best, best_loss, since = None, float("inf"), 0
        for _ in range(self.descent["epochs"]):
            for batch in rows[torch.randperm(len(rows))].split(self.descent["batch_rows"]):
                steps.zero_grad()
                self.loss(self.model(inputs[batch]), targets[batch]).backward()
                steps.step()
            if validation is None:
                continue
            with torch.no_grad():
                loss = self.loss(self.model(inputs[validation]), targets[validation]).item()
            if loss < best_loss - self.descent["early_stopping"]["min_improvement"] / MICRO:
                best, best_loss, since = copy.deepcopy(self.model.state_dict()), loss, 0
            else:
                since += 1
                if since >= self.descent["early_stopping"]["patience"]:
                    break
        if best is not None:
            self.model.load_state_dict(best)
