#!/bin/sh
# Makes a Python environment with the tools that exports are checked against, once:
#
#   tests/reports/tools/install.sh FOLDER && TUTTI_PYTHON=FOLDER/bin/python ctest -R RealTools
#
# Needs python3-venv. Versions are pinned, so that a check that fails tells of a change of ours. The two packages under
# test are installed without their own requirements: marl-eval asks for a pandas that Python 3.11 cannot build.
set -eu
folder=$1
versions='numpy==1.26.4 pandas==1.5.3 scipy==1.11.4 arch==6.3.0 statsmodels==0.14.1 matplotlib==3.8.4 seaborn==0.12.2
          colorcet==3.0.1 colorama==0.4.6 absl-py==2.1.0 python-dateutil==2.9.0.post0 protobuf==4.25.8 tensorboard==2.17.1
          setuptools==79.0.1'
tools='rliable==1.2.0 id-marl-eval==0.0.4'
mark="$folder/.installed"
if [ -f "$mark" ] && [ "$(cat "$mark")" = "$versions $tools" ]; then exit 0; fi
rm -rf "$folder"
python3 -m venv "$folder"
# shellcheck disable=SC2086
"$folder/bin/python" -m pip install --quiet $versions
# shellcheck disable=SC2086
"$folder/bin/python" -m pip install --quiet --no-deps $tools
printf '%s %s' "$versions" "$tools" > "$mark"
