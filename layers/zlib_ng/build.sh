#!/bin/sh
# Builds zlib-ng as libz.so.1 into the given folder, from the source in its Python package. pip installs the build tools,
# and a compiler if there is none. For glibc 2.34 or newer, and any processor of this architecture.
set -eu
target=$1 work=$(mktemp -d)
here=$(dirname "$0")
pip install --quiet --require-hashes --no-deps --requirement "$here/build.txt"
pip download --quiet --require-hashes --no-deps --no-binary zlib-ng --dest "$work" --requirement "$here/source.txt"
python3 -m tarfile -e "$work"/zlib_ng-*.tar.gz "$work"
if ! command -v cc >/dev/null; then
    pip install --quiet --require-hashes --no-deps --requirement "$here/compiler.txt"
    zig=$(python3 -c 'import pathlib, ziglang; print(pathlib.Path(ziglang.__file__).with_name("zig"))')
    export CC="$zig cc -target $(uname -m)-linux-gnu.2.34"
    for tool in ar ranlib; do
        printf '#!/bin/sh\nexec %s %s "$@"\n' "$zig" "$tool" >"$work/$tool"
        chmod +x "$work/$tool"
    done
    # Sixty checks of the compiler that are not linked take a fifth of the time.
    set -- -DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY -DCMAKE_AR="$work/ar" -DCMAKE_RANLIB="$work/ranlib"
else
    set --
fi
cmake "$@" -G Ninja -S "$work"/zlib_ng-*/src/zlib_ng/zlib-ng -B "$work/build" \
    -DCMAKE_BUILD_TYPE=Release -DZLIB_COMPAT=ON -DBUILD_SHARED_LIBS=ON -DBUILD_TESTING=OFF
cmake --build "$work/build" --target zlib-ng
cp -L "$work/build/libz.so.1" "$target"
rm -r "$work"
