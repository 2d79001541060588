#!/bin/sh
# Shopify's published Admin schemas, without the hundreds of packages that their carrier depends on.
set -eu
cd "$(dirname "$0")"
version=1.16.0
sum=4663c79229028e98f825a09d5f04ec6c3736331b740ce50260f9ffac10709474
place=node_modules/@shopify/dev-mcp
file=shopify-dev-mcp-$version.tgz
mkdir -p "$place"
npm pack --silent --pack-destination "$place" "@shopify/dev-mcp@$version" >/dev/null
cd "$place"
found=$(node -p "require('crypto').createHash('sha256').update(require('fs').readFileSync('$file')).digest('hex')")
[ "$found" = "$sum" ] || { echo "$file is not the file these tests were written against" >&2; exit 1; }
tar xzf "$file" --strip-components=1 package/package.json package/dist/data
rm "$file"
