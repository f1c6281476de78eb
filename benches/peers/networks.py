"""The networks of the comparison as PyTorch modules that answer features: the same shapes as ours. Rates do not depend on the weights,
which are random with a fixed seed."""
import torch
import torchvision

SIDES = {"resnet50": 224, "mobilenet_v2": 224, "squeezenet1_1": 227}


class Pooled(torch.nn.Module):
    """Layers, then the mean over space: what a search engine keeps."""

    def __init__(self, layers):
        super().__init__()
        self.layers = layers

    def forward(self, pictures):
        return self.layers(pictures).mean((2, 3))


def made(name):
    """A network in evaluation mode, f32."""
    torch.manual_seed(7)
    network = getattr(torchvision.models, name)(weights=None).eval()
    if name == "resnet50":
        network.fc = torch.nn.Identity()
        return network
    return Pooled(network.features).eval()


def pictures(name, batch):
    """What goes in: the values do not matter, their spread is that of normalised pictures."""
    torch.manual_seed(batch)
    return torch.randn(batch, 3, SIDES[name], SIDES[name])
