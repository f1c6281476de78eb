//! `likeness train`: what the form of the DIGITS door does, without a server.

use super::{likeness, text};
use crate::datasets::three_classes;

const LUA: &str = r"
return function(params)
    local net = nn.Sequential()
    net:add(nn.MulConstant(0.004)):add(nn.View(-1):setNumInputDims(3)):add(nn.Linear(300, params.nclasses)):add(nn.LogSoftMax())
    return { model = net, trainBatchSize = 5 }
end
";

#[test]
fn lua_of_torch_7_is_trained_with_its_augmentation_and_goes_on_where_it_was() {
    let (data, pictures) = (tempfile::TempDir::new().unwrap(), three_classes());
    let network = data.path().join("model.lua");
    std::fs::write(&network, LUA).unwrap();
    let out = data.path().join("out");
    let [network, pictures, folder] = [&network, pictures.path(), &out].map(|path| path.to_str().unwrap());
    let words = ["train", "--train", pictures, "--network", network, "--out", folder, "--width", "10", "--height", "10"];
    let more = ["--epochs", "3", "--flip", "both", "--noise", "0.01", "--hsv", "0.02", "0.04", "0.06", "--shuffle", "--seed", "1"];
    let train = |extra: &[&str]| likeness(data.path(), &[&words[..], &more[..], extra].concat());
    let refused = train(&["--rotation", "200"]);
    assert!(!refused.status.success() && text(&refused.stderr).contains("must be from 0 to 180"), "{}", text(&refused.stderr));
    let trained = train(&[]);
    let said = text(&trained.stdout);
    assert!(
        trained.status.success() && said.contains("validation: ") && said.contains(" pictures a second; "),
        "{said}{}",
        text(&trained.stderr)
    );
    for file in ["model.lua", "deploy.prototxt", "labels.txt", "snapshot_3_Model.caffemodel"] {
        assert!(out.join(file).exists(), "{file} of {:?}", std::fs::read_dir(&out).unwrap().collect::<Vec<_>>());
    }
    let again = train(&[]);
    assert!(again.status.success() && !text(&again.stdout).contains("wrote"), "{}", text(&again.stdout));
}
