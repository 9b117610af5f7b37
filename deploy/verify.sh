#!/usr/bin/env bash
# Verifies what deploys the shop, as far as a machine without a cluster and a container engine can:
#
#   deploy/verify.sh                       everything
#   deploy/verify.sh chart compose …       chart, compose, rules, ansible, units, workflows, image
#
# Gets the tools it needs by the names they have in their package managers, and keeps them in ~/.cache/jangteo-verify.
set -euo pipefail
cd "$(dirname "$0")/.."

tools="${VERIFY_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/jangteo-verify}"
kubernetes=1.36.3
mkdir -p "$tools/bin"

go_tool() { [ -x "$tools/bin/$1" ] || GOBIN="$tools/bin" go install "$2"; }
python_tools() {
  [ -x "$tools/python/bin/ansible-lint" ] && return
  python3 -m venv "$tools/python"
  "$tools/python/bin/pip" install --quiet ansible-core ansible-lint check-jsonschema
}

chart() {
  go_tool helm helm.sh/helm/v3/cmd/helm@v3.22.0
  go_tool kubeconform github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0
  local schemas="$tools/schemas-$kubernetes" out
  if [ ! -d "$schemas" ]; then
    go mod download "k8s.io/kubernetes@v$kubernetes"
    command node deploy/kubernetes-schemas.mjs \
      "$(go env GOMODCACHE)/k8s.io/kubernetes@v$kubernetes/api/openapi-spec/swagger.json" "$schemas"
  fi
  out=$(mktemp -d)
  trap 'rm -rf "$out"' RETURN
  conforms() {
    "$tools/bin/kubeconform" -strict -summary -skip ServiceMonitor \
      -schema-location "$schemas/{{ .ResourceKind }}{{ .KindSuffix }}.json" "$1"
  }
  for values in deploy/chart/values.yaml deploy/chart/ci/*.yaml; do
    echo "  $values"
    "$tools/bin/helm" lint --quiet --strict deploy/chart --values "$values" --kube-version "$kubernetes"
    "$tools/bin/helm" template jangteo deploy/chart --namespace shop --kube-version "$kubernetes" --values "$values" \
      >"$out/all.yaml"
    conforms "$out/all.yaml"
  done
  # Hosts are told of the engines they use and of no other, and may reach just these.
  "$tools/bin/helm" template jangteo deploy/chart --kube-version "$kubernetes" --values deploy/chart/ci/engines.yaml \
    >"$out/engines.yaml"
  times() { [ "$(grep -c "$1" "$out/engines.yaml")" = "$2" ] || { echo "  '$1' is not there $2 times"; return 1; }; }
  local hosts
  hosts=$(grep -c '^kind: Deployment' "$out/engines.yaml")
  times 'name: REDIS_URL' "$hosts"
  for each in BROKERS TLS CA TLS_KEY TLS_CERT SASL USERNAME PASSWORD; do times "name: KAFKA_$each\\b" $((hosts - 1)); done
  times 'secretName: jangteo$' $((hosts - 1))
  times 'name: OPENSEARCH_URL' 1
  times 'name: ZIPKIN_URL' "$hosts"
  for each in redis kafka opensearch zipkin otlp; do times "^  name: jangteo-$each$" 1; done
  refused() { if "$@" >/dev/null 2>&1; then echo "  This should have been refused: $*"; return 1; fi; }
  render() { "$tools/bin/helm" template jangteo deploy/chart --kube-version "$kubernetes" "$@"; }
  # An address with a password belongs into the Secret.
  refused render --set engines.zipkin.url=http://me:secret@zipkin:9411
  refused render --set engines.kafka.brokers=kafka
  refused render --set engines.kafka.password=secret
  # Settings of Kafka that hosts would refuse.
  refused render --set engines.kafka.sasl=scram-sha-512 --set engines.kafka.username=jangteo
  refused render --set engines.kafka.caKey=kafka-ca.pem
  refused render --set engines.kafka.sasl=plain,engines.kafka.username=jangteo,engines.kafka.passwordKey=KAFKA_PASSWORD
  refused render --set engines.redis.key=REDIS_URL --set networkPolicy.engines.redis.cidr=null
  # The judge is judged: a misspelt field and a host that is not there must be refused.
  sed 's/readOnlyRootFilesystem/readOnlyRootFileSystem/' "$out/all.yaml" >"$out/bad.yaml"
  refused conforms "$out/bad.yaml"
  refused render --set perHost.ordr.x=1
}

compose() {
  python_tools
  "$tools/python/bin/check-jsonschema" --builtin-schema vendor.compose-spec deploy/compose/compose.yaml \
    deploy/compose/cluster.yaml
}

rules() {
  local promtool
  promtool=$(command -v promtool || ls "$tools/prometheus/usr/bin/promtool" 2>/dev/null || true)
  if [ -z "$promtool" ]; then
    (mkdir -p "$tools/prometheus" && cd "$tools/prometheus" && apt-get download -qq prometheus &&
      dpkg-deb -x prometheus_*.deb . && rm prometheus_*.deb)
    promtool="$tools/prometheus/usr/bin/promtool"
  fi
  (cd deploy/observe && "$promtool" check rules alerts.yml && "$promtool" test rules alerts.test.yml &&
    "$promtool" check config --syntax-only compose.yml && "$promtool" check config --syntax-only machines.yml)
}

ansible() {
  python_tools
  (cd deploy/ansible && PATH="$tools/python/bin:$PATH" &&
    ansible-playbook -i inventory.example.yml site.yml --syntax-check &&
    ansible-lint --offline --profile production site.yml restart.yml inventory.example.yml)
}

units() {
  command -v systemd-analyze >/dev/null || { echo '  There is no systemd-analyze here: not verified.'; return; }
  local out
  out=$(mktemp -d)
  trap 'rm -rf "$out"' RETURN
  # The program they start is not on this machine: any other stands for it.
  for each in deploy/systemd/*; do sed 's|/opt/jangteo/current/bin/node|/bin/true|' "$each" >"$out/$(basename "$each")"; done
  SYSTEMD_UNIT_PATH="$out:" systemd-analyze verify "$out/jangteo.service" "$out/jangteo@order-1.service" \
    "$out/jangteo.target"
}

workflows() {
  go_tool actionlint github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
  "$tools/bin/actionlint" .github/workflows/*.yml
}

image() {
  [ "$(id -u)" = 0 ] || { echo '  Only root can try the image: not verified.'; return; }
  PATH="$PWD/node_modules/.bin:$PATH" deploy/try-image.sh
}

for step in "${@:-chart compose rules ansible units workflows image}"; do
  for each in $step; do
    printf '\n=== %s\n' "$each"
    "$each"
  done
done
