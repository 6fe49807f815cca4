#!/bin/sh
# Install the tools that the queue is compared with into a folder of their own: sh benchmarks/queue/peers.sh FOLDER
set -eu
folder=${1:?name a folder, such as /tmp/peers}
mkdir -p "$folder"
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet inspect-ai==0.3.285 openai==3.54.0
if command -v npm >/dev/null; then
  npm install --silent --no-fund --no-audit --prefix "$folder/npm" promptfoo@0.121.20
fi
echo "now: python -m benchmarks.queue --peers $folder"
