#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# /init of the guest: mounts, modules, then every step listed in /steps, in order. Each result goes to
# the serial console as "@@ step STATUS NAME"; the last line is "@@ exit STATUS". What the steps leave
# in /out goes out as a tar archive on the second serial port.
export PATH=/bin:/sbin:/usr/bin:/usr/sbin HOME=/root TMPDIR=/tmp GTEST_COLOR=no
if [ ! -e /on_tmpfs ]; then
  # The initramfs itself cannot be left by pivot_root(2), which OCI runtimes do: move to a tmpfs.
  /bin/busybox mount -t tmpfs -o size=90% tmpfs /new_root
  for entry in /* /.[!.]*; do
    [ "$entry" = /new_root ] || [ ! -e "$entry" ] || /bin/busybox cp -a "$entry" /new_root/
  done
  /bin/busybox touch /new_root/on_tmpfs
  exec /bin/busybox switch_root /new_root /init
fi
/bin/busybox mkdir -p /bin /sbin /usr/bin /usr/sbin /proc /sys /dev /tmp /run /root /out /etc /var
/bin/busybox --install -s /bin
mount -t proc -o nosuid,nodev,noexec proc /proc
mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/pts /dev/shm /dev/mqueue
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t mqueue mqueue /dev/mqueue
chmod 1777 /tmp  # not mounted over: the checkout may lie below it
mount -t tmpfs tmpfs /run
mount -t cgroup2 cgroup2 /sys/fs/cgroup
echo 'root:x:0:0:root:/root:/bin/sh' >/etc/passwd
echo 'root:x:0:' >/etc/group
ip link set lo up
hostname matrix

status=0
while read -r module; do
  if ! modprobe "$module"; then
    echo "@@ module $module cannot be loaded"
    status=1
  fi
done </modules

if [ -r /environment ]; then
  # shellcheck source=/dev/null
  . /environment
fi
export PSYS_MATRIX_OUT=/out
while read -r step; do
  echo "@@ run $step"
  if [ -x "/steps.d/$step" ]; then
    "/steps.d/$step" </dev/null
  else
    echo "$step is not executable"
    false
  fi
  result=$?
  echo "@@ step $result $step"
  case $result in
    0 | 77) ;;
    *) status=1 ;;
  esac
done </steps

stty -F /dev/ttyS1 raw -echo
tar -C /out -cf - . >/dev/ttyS1
stty -F /dev/ttyS1 sane
echo "@@ exit $status"
poweroff -f
