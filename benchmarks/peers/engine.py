"""Times training steps and inference in PyTorch, on request: each line of input names a workload, each line of output
is the seconds that one run of it took: by the clock, and of all processors together."""
import sys, time
import torch
from torch import nn

torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
torch.manual_seed(1)


class Lifter(nn.Module):
    """VideoPose3D: a convolution over time per entry of `widths`, each but the first with a 1x1 one and a residual."""

    def __init__(self, widths, channels=1024, joints=17, dropout=0.25, strided=True):
        super().__init__()
        self.widths, self.strided = widths, strided
        self.drop, self.relu = nn.Dropout(dropout), nn.ReLU(inplace=True)
        self.expand = nn.Conv1d(joints * 2, channels, widths[0], stride=widths[0] if strided else 1, bias=False)
        self.expand_norm = nn.BatchNorm1d(channels, momentum=0.1)
        self.convs, self.norms, reach = nn.ModuleList(), nn.ModuleList(), widths[0]
        for width in widths[1:]:
            steps = dict(stride=width) if strided else dict(dilation=reach)
            self.convs += [nn.Conv1d(channels, channels, width, bias=False, **steps), nn.Conv1d(channels, channels, 1, bias=False)]
            self.norms += [nn.BatchNorm1d(channels, momentum=0.1), nn.BatchNorm1d(channels, momentum=0.1)]
            reach *= width
        self.shrink = nn.Conv1d(channels, joints * 3, 1)

    def forward(self, x):
        x = x.flatten(2).permute(0, 2, 1)
        x = self.drop(self.relu(self.expand_norm(self.expand(x))))
        reach = self.widths[0]
        for i, width in enumerate(self.widths[1:]):
            if self.strided:
                rest = x[:, :, width // 2 :: width]
            else:
                pad = reach * (width // 2)
                rest = x[:, :, pad : x.shape[2] - pad]
                reach *= width
            x = self.drop(self.relu(self.norms[2 * i](self.convs[2 * i](x))))
            x = rest + self.drop(self.relu(self.norms[2 * i + 1](self.convs[2 * i + 1](x))))
        x = self.shrink(x).permute(0, 2, 1)
        return x.reshape(x.shape[0], x.shape[1], -1, 3)


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(y + (x if self.downsample is None else self.downsample(x)))


def resnet18():
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]
    inputs = 64
    for outputs, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        layers += [Block(inputs, outputs, stride), Block(outputs, outputs, 1)]
        inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1000))


def training(model, optimiser, x, target, loss):
    model.train()

    def step():
        optimiser.zero_grad()
        value = loss(model(x), target)
        value.backward()
        optimiser.step()

    return step


def lifter_training():
    model = Lifter([3, 3, 3])
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, amsgrad=True)
    mpjpe = lambda y, t: (y - t).norm(dim=-1).mean()
    return training(model, optimiser, torch.randn(256, 27, 17, 2), torch.randn(256, 1, 17, 3), mpjpe)


def two_convolutions():
    layer = lambda: [nn.Conv2d(64, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True)]
    model = nn.Sequential(*layer(), *layer())
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    square = lambda y, t: (y - t).square().mean()
    return training(model, optimiser, torch.randn(8, 64, 64, 64), torch.randn(8, 64, 64, 64), square)


def resnet_training():
    model = resnet18()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    labels = torch.randint(0, 1000, (16,))
    return training(model, optimiser, torch.randn(16, 3, 128, 128), labels, nn.functional.cross_entropy)


def lifter_inference():
    model = Lifter([3, 3, 3, 3, 3], strided=False).eval()
    x = torch.randn(1, 443, 17, 2)

    def run():
        with torch.no_grad():
            model(x)

    return run


makers = {"lifter-training": lifter_training, "convolutions": two_convolutions, "resnet18": resnet_training, "lifter-inference": lifter_inference}
made = {}
if __name__ == "__main__":
    print("PyTorch", torch.__version__, flush=True)
    for line in sys.stdin:
        name = line.strip()
        if name not in made:
            made[name] = makers[name]()
            for _ in range(2): made[name]()
        start, used = time.perf_counter(), time.process_time()
        made[name]()
        print(time.perf_counter() - start, time.process_time() - used, flush=True)
