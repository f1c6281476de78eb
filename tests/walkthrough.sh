#!/usr/bin/env bash
# The original's walk-through of its REST API, typed against this program: every command of it, with other host, port and paths. Each
# reply's keys are checked. It wants digits in folders of classes, FOLDER/train/0..9/*.png and FOLDER/test/0..9/*.png, which
# tests/digits/pictures.py unpacks from MNIST or draws.
#
#   tests/walkthrough.sh FOLDER            builds, serves in a folder of its own, runs everything, and stops
#   HOST=localhost:5000 tests/walkthrough.sh FOLDER      against a server that runs (its import.roots must hold FOLDER)
#
# EPOCHS (30) is how long LeNet is trained; with fewer the checks that need more are left out, and it is said which.
set -euo pipefail

MNIST_PATH=$(realpath "${1:?usage: tests/walkthrough.sh FOLDER-WITH-MNIST}")
EPOCHS=${EPOCHS:-30}
work=$(mktemp -d)
server=
finish() {
  [ -z "$server" ] || { kill "$server" && wait "$server" || true; } 2>/dev/null
  rm -rf "$work"
}
trap finish EXIT

if [ -z "${HOST:-}" ]; then
  cd "$(dirname "$0")/.."
  cargo build --release
  program=$(.ci/binary)
  mkdir "$work/data"
  printf '[import]\nroots = ["%s", "%s"]\n[server]\nport = 0\n' "$MNIST_PATH" "$work" > "$work/data/likeness.toml"
  "$program" serve --data-dir "$work/data" > "$work/server.log" 2>&1 &
  server=$!
  for _ in $(seq 300); do
    HOST=$(grep -o 'http://[^ /]*' "$work/server.log" | head -1 | sed 's|http://||') || true
    [ -z "$HOST" ] || break
    kill -0 "$server" || { cat "$work/server.log"; exit 1; }
    sleep 0.1
  done
fi
cd "$work"

answer=
# Shows a command of the walk-through, runs it, and keeps what it answers.
run() {
  printf '$ curl'; printf ' %q' "$@" | cut -c1-400; echo
  answer=$(curl -sS "$@")
  printf '%s\n' "${answer:0:600}"
}

# Fails unless a Python expression about the answer `a` holds.
check() {
  printf '%s' "$answer" | python3 -c '
import json, re, sys
a = json.load(sys.stdin)
if not eval(sys.argv[1]):
    sys.exit(f"does not hold: {sys.argv[1]}\nanswer: {json.dumps(a)[:2000]}")' "$1"
}

# A value of the answer.
value() { printf '%s' "$answer" | python3 -c 'import json, sys; print(eval(sys.argv[1], {"a": json.load(sys.stdin)}))' "$1"; }

# Fails unless a text is the one that is expected.
same() { [ "$1" = "$2" ] || { printf 'expected: %s\nfound:    %s\n' "$2" "$1"; exit 1; }; }

# Waits for the end of a job, and fails unless it is Done.
until_done() {
  local state begun=$SECONDS
  while :; do
    answer=$(curl -sS "$HOST/$1/status")
    state=$(value 'a["status"]')
    case $state in
      Done) break ;;
      Error | Aborted) printf '%s\n' "$answer"; exit 1 ;;
    esac
    sleep 1
  done
  printf '# %s is done after %d seconds\n' "$1" "$((SECONDS - begun))"
  printf '%s\n' "$answer"
}

# How many pictures of each class are kept for validation: a quarter, rounded half up.
train=0 val=0
for class in "$MNIST_PATH"/train/*/; do
  count=$(find "$class" -name '*.png' | wc -l)
  val=$((val + count - (count * 75 + 50) / 100)) train=$((train + (count * 75 + 50) / 100))
done
[ $((train + val)) != 60000 ] || same "$train $val" '45002 14998'
# Iterations of an epoch: batches of 64.
per_epoch=$(((train + 63) / 64))

ID='re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{4}", a["id"])'

# 1: the login
run "$HOST/login" -c digits.cookie -XPOST -F username=fred
printf '%s' "$answer" | grep -q 'redirected automatically to target URL: <a href="/">/</a>'
grep -q 'username.fred' digits.cookie

# 2: the dataset
run "$HOST/datasets/images/classification.json" -XPOST -F folder_train="$MNIST_PATH/train" -F dataset_name=nobody
check 'a["error"]["type"] == "Unauthorized"'
run "$HOST/datasets/images/classification.json" -b digits.cookie -XPOST -F folder_train="$MNIST_PATH/train" -F encoding=png -F resize_channels=1 -F resize_width=28 -F resize_height=28 -F method=folder -F dataset_name=mnist_dataset
check 'sorted(a) == ["id", "name", "status"] and a["name"] == "mnist_dataset" and a["status"] == "Initialized"'
check "$ID"
dataset=$(value 'a["id"]')

# 3: its status
until_done "datasets/$dataset"
same "$answer" '{"status": "Done", "type": "Image Classification Dataset", "name": "mnist_dataset", "error": null}'

# 4: what is known of it
run "$HOST/datasets/$dataset.json"
check 'a["CreateDbTasks"] == [dict(backend="lmdb", compression="none", encoding="png", entries=n, image_channels=1, image_height=28, image_width=28, name=f"Create DB ({w})") for n, w in [('"$train"', "train"), ('"$val"', "val")]]'
check 'a["ParseFolderTasks"] == [dict(label_count=10, name="Parse Folder (train/val)", test_count=0, train_count='"$train"', val_count='"$val"')]'
check 'a["name"] == "mnist_dataset" and a["status"] == "Done"'
directory=$(value 'a["directory"]')

# 5: all jobs
run "$HOST/index.json"
check 'sorted(a["datasets"][0]) == ["id", "name", "status"] and a["models"] == [] and "version" in a'

# 6: the model
run "$HOST/models/images/classification.json" -b digits.cookie -XPOST -F method=standard -F standard_networks=lenet -F train_epochs="$EPOCHS" -F framework=caffe -F model_name=lenet_mnist -F dataset="$dataset"
check "$ID"
check 'a["id"] == a["job id"] and a["status"] == "Initialized" and a["snapshot file"] == "no snapshots" and a["username"] == "fred"'
check 'a["image dimensions"] == [28, 28, 1] and a["image resize mode"] == "squash" and a["labels file"] == "labels.txt"'
check 'a["deploy file"] == "deploy.prototxt" and a["solver file"] == "solver.prototxt" and a["train_val file"] == "train_val.prototxt"'
check 'a["mean file"] == "mean.binaryproto" and a["network file"] == "original.prototxt" and a["framework"] == "caffe"'
check '{"caffe flavor", "caffe version", "creation time", "dataset_id", "digits version", "name"} <= set(a)'
model=$(value 'a["id"]')

# 7: while it is trained
for _ in $(seq 600); do
  answer=$(curl -sS "$HOST/models/$model.json")
  [ "$(value 'len(a["snapshots"])')" = 0 ] || break
  sleep 1
done
run "$HOST/models/$model.json"
check 'a["snapshots"] == list(range(1, len(a["snapshots"]) + 1)) and "directory" in a'
check 'a["snapshot file"] == "snapshot_iter_%d.caffemodel" % ('$per_epoch' * len(a["snapshots"]))'
run "$HOST/index.json"
check "a['models'][0]['id'] == '$model'"

# 8 works while it is trained, too
until_done "models/$model"
run "$HOST/models/$model.json"
if [ "$EPOCHS" -ge 22 ]; then
  [ -f "$(value 'a["directory"]')/snapshot_iter_$((22 * per_epoch)).caffemodel" ] || { echo "epoch 22 has no snapshot"; exit 1; }
else
  echo "# trained for $EPOCHS epochs: the snapshot of epoch 22 is not looked for"
fi
run "$HOST/completed_jobs.json"
accuracy=$(value 'a["models"][0]["accuracy (val) last"]')
echo "# validation accuracy after $EPOCHS epochs: $accuracy, the best of an epoch: $(value 'a["models"][0]["accuracy (val) max"]')"
# With MNIST four trainings of 30 epochs ended at 98.97, 99.04, 99.05 and 99.16 %, two of the same recipe in PyTorch at 98.87 and 98.93:
# the quarter that is drawn for validation alone has a deviation of 0.08. So below 99.0 is told, and below what chance explains fails.
least=$([ "$EPOCHS" -ge 30 ] && echo 0.986 || echo 0.98)
python3 -c 'import sys; sys.exit(float(sys.argv[1]) < 0.99)' "$accuracy" || echo "# below 99.0 %"
python3 -c 'import sys; sys.exit(float(sys.argv[1]) < float(sys.argv[2]))' "$accuracy" "$least" || { echo "below $least"; exit 1; }

# 8: one picture
picture=$(find "$MNIST_PATH/test/0" -name '*.png' | sort | sed -n 1p)
run "$HOST/models/images/classification/classify_one.json" -XPOST -F job_id="$model" -F image_file=@"$picture"
check 'list(a) == ["predictions"] and len(a["predictions"]) == 5 and a["predictions"][0][0] == "0" and a["predictions"][0][1] > 90'
check 'all(one[1] >= other[1] for one, other in zip(a["predictions"], a["predictions"][1:]))'

# 9: many pictures
begun=$(date +%s.%N)
curl -sS "$HOST/models/images/classification/classify_many.json" -XPOST -F job_id="$model" -F image_list=@"$directory/val.txt" > predictions.txt
python3 - "$directory/val.txt" "$begun" "$val" <<'PYTHON'
import json, sys, time
seconds = time.time() - float(sys.argv[2])
found = json.load(open("predictions.txt"))["classifications"]
lines = [line.rsplit(None, 1) for line in open(sys.argv[1])]
assert len(found) == int(sys.argv[3]) == len(lines), len(found)
assert set(found) == {path for path, _ in lines}
assert all(len(pairs) == 5 for pairs in found.values())
right = sum(found[path][0][0] == label.strip() for path, label in lines)
print(f"# classify_many: {len(found)} pictures in {seconds:.1f} s, {len(found) / seconds:.0f} a second, {100 * right / len(found):.2f} % right")
PYTHON

# 10: the model is deleted, by its owner only
same "$(curl -sS -o /dev/null -w '%{http_code}' "$HOST/models/$model" -F username=anna -X DELETE)" 403
run "$HOST/models/$model" -b digits.cookie -X DELETE
same "$answer" 'Job deleted.'
run "$HOST/models/$model/status"
same "$answer" '{"error": "Job not found."}'

# 11, 12: the dataset of gradients
run "$HOST/datasets/generic/create/image-gradients.json" -b digits.cookie -X POST -F dataset_name=gradient_dataset
check 'sorted(a) == ["id", "name", "status"]'
dataset=$(value 'a["id"]')
until_done "datasets/$dataset"
run "$HOST/datasets/$dataset.json"
check 'a["create_db_tasks"] == [dict(entry_count=n, feature_db_path=f"{s}/features" if n else None, label_db_path=f"{s}/labels" if n else None, name=f"Create {s} DB", stage=s) for n, s in [(1000, "train_db"), (250, "val_db"), (0, "test_db")]]'
check 'a["feature_dims"] == [32, 32, 1] and {"directory", "id", "name", "status"} <= set(a)'

# 13: the regression network
cat > model.lua <<'LUA'
return function(params)
    local size = 1
    if params.inputShape then
        for i = 1, params.inputShape:size(1) do size = size * params.inputShape[i] end
    end
    local net = nn.Sequential()
    net:add(nn.MulConstant(0.004))
    net:add(nn.View(-1):setNumInputDims(3))
    net:add(nn.Linear(size, 2))
    return { model = net, loss = nn.MSECriterion() }
end
LUA
run "$HOST/models/images/generic.json" -b digits.cookie -X POST -F method=custom -F train_epochs=3 -F framework=torch -F model_name=gradients_model -F dataset="$dataset" -F custom_network="$(<model.lua)"
check 'a["framework"] == "torch" and a["image dimensions"] == [32, 32, 1] and a["model file"] == "model.lua" and a["mean file"] == "mean.binaryproto"'
check 'a["snapshot file"] == "no snapshots" and a["status"] == "Initialized" and a["username"] == "fred"'
check '{"creation time", "dataset_id", "digits version", "id", "job id", "name"} <= set(a)'
check 'not {"labels file", "image resize mode", "network file", "caffe version", "solver file"} & set(a)'
model=$(value 'a["id"]')
until_done "models/$model"

# 14, 15: a picture whose slopes are 0.5 and 0.5
python3 - <<'PYTHON'
import struct, zlib
side = 32
value = lambda x, y: min(255, max(0, int(0.5 * 255 / side * (x - side // 2) + 0.5 * 255 / side * (y - side // 2) + 127.5)))
rows = b"".join(b"\0" + bytes(value(x, y) for x in range(side)) for y in range(side))
chunk = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
open("test.png", "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
PYTHON
run "$HOST/models/images/generic/infer_one.json" -XPOST -F job_id="$model" -F image_file=@test.png
check 'list(a) == ["outputs"] and len(a["outputs"]["output"]) == 1 and all(abs(v - 0.5) <= 0.03 for v in a["outputs"]["output"][0])'
echo "$PWD/test.png" > list.txt
run "$HOST/models/images/generic/infer_many.json" -XPOST -F job_id="$model" -F image_list=@list.txt
check "all(abs(v - 0.5) <= 0.03 for v in a['outputs']['$PWD/test.png']['output'])"
echo "# the walk-through works, from its first command to its last"
