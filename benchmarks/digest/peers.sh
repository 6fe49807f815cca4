#!/bin/sh
# Install the tools that the digest is compared with into a folder of their own: sh benchmarks/digest/peers.sh FOLDER
set -eu
folder=${1:?name a folder, such as /tmp/peers}
mkdir -p "$folder"
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet gitingest==0.3.1 files-to-prompt==0.6
if command -v npm >/dev/null; then
  npm install --silent --no-fund --no-audit --prefix "$folder/npm" repomix@1.18.1
fi
echo "now: python benchmarks/digest/run.py --peers $folder REPO..."
