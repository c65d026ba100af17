#!/bin/sh
# What a site does with the packages, in a system that has just been booted (test/package/run).
# Every step says what it is; the first that does not hold ends it.
set -eu
exec >/output 2>&1
. /until_true.sh

step() {
  printf '%s\n' "$*"
}

fail() {
  printf 'FAILED: %s\n' "$*"
  systemctl status --no-pager --lines=40 lvsd || true
  ipvsadm -Ln || true
  exit 1
}

# Every file and folder but what a system writes for itself, and every user and group.
inventory() {
  find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp \
    -o -path /var/log -o -path /var/cache -o -path /var/tmp -o -path /var/lib/dpkg \
    -o -path /var/lib/systemd -o -path /inventory -o -path /output -o -path /console \
    -o -path /root -o -name __pycache__ \) -prune -o -print | sort
  cut -d: -f1 /etc/passwd /etc/group
}

in_kernel() {
  ipvsadm -Ln | grep -qF -- "$1"
}

pid_of_lvsd() {
  systemctl show --property=MainPID --value lvsd
}

mkdir /inventory
inventory >/inventory/before

step 'a client, two real servers and this director'
VIP=10.1.0.100
ip netns add client
ip link add to-client type veth peer name eth0 netns client
ip addr add 10.1.0.1/24 dev to-client && ip addr add $VIP/32 dev to-client && ip link set to-client up
ip -n client addr add 10.1.0.2/24 dev eth0 && ip -n client link set eth0 up
ip link add servers type bridge && ip addr add 10.2.0.1/24 dev servers && ip link set servers up
for n in 1 2; do
  ip netns add rs$n
  ip link add to-rs$n type veth peer name eth0 netns rs$n
  ip link set to-rs$n master servers up
  ip -n rs$n addr add 10.2.0.1$n/24 dev eth0
  ip -n rs$n link set eth0 up
  ip -n rs$n route add default via 10.2.0.1
  mkdir -p /root/rs$n
  echo rs$n >/root/rs$n/index.html
  ip netns exec rs$n busybox httpd -p 80 -h /root/rs$n
  ip netns exec rs$n busybox nc -ll -p 81 -e /bin/cat &
done
sysctl -qw net.ipv4.ip_forward=1

step 'the packages install, and the service is up with nothing to do'
dpkg -i /packages/old/*.deb >/root/dpkg 2>&1 || { cat /root/dpkg && fail 'dpkg -i'; }
systemctl is-active --quiet lvsd || fail 'the service is not active'
systemctl is-enabled --quiet lvsd || fail 'the service does not start at boot'
[ "$(ps -o user= -p "$(pid_of_lvsd)")" = lvsd ] || fail 'it does not run as lvsd'
grep -q '^CapEff:.*0000000000001400$' "/proc/$(pid_of_lvsd)/status" || fail 'it has other capabilities'
[ "$(stat -c %U:%G:%a /etc/lvsd/lvsd.conf)" = root:lvsd:640 ] || fail 'who reads lvsd.conf'
[ "$(stat -c %U:%G:%a /var/lib/lvsd)" = lvsd:lvsd:750 ] || fail 'whose the state is'
systemctl show --property=StatusText lvsd | grep -q 'OK: 0 of 0 services up' || fail 'its status'
lvsctl status >/root/status || fail 'lvsctl status'
man_pages=$(dpkg -L lvsd lvsctl | grep -c '/man[1578]/.*\.gz$')
[ "$man_pages" = 4 ] || fail "manual pages: $man_pages"

step 'a service by reload; the sysctl it wants, too'
cat >/etc/lvsd/conf.d/web.conf <<CONF
global_defs {
  ipvs_sysctl {
    expire_nodest_conn 1
  }
}
virtual_server $VIP 80 {
  protocol TCP
  lvs_sched rr
  lvs_method NAT
  delay_loop 1
  real_server 10.2.0.11 80 {
    TCP_CHECK {
      connect_timeout 1
    }
  }
  real_server 10.2.0.12 80 {
    TCP_CHECK {
      connect_timeout 1
    }
  }
}
virtual_server $VIP 81 {
  protocol TCP
  lvs_sched rr
  lvs_method NAT
  real_server 10.2.0.11 81 {
  }
}
CONF
systemctl reload lvsd || fail 'systemctl reload'
in_kernel "$VIP:80 rr" || fail 'the service is not in the kernel when the reload is over'
in_kernel '-> 10.2.0.12:80' || fail 'nor are its servers'
[ "$(sysctl -n net.ipv4.vs.expire_nodest_conn)" = 1 ] || fail 'the sysctl is not set'
until_true 'the status has the services' sh -c \
  'systemctl show --property=StatusText lvsd | grep -q "OK: 2 of 2 services up, 3 of 3 servers up"'

step 'a file with a mistake: the reload fails in front of everybody and changes nothing'
cp /etc/lvsd/conf.d/web.conf /root/good
echo 'virtual_server 10.9.9.9 {' >>/etc/lvsd/conf.d/web.conf
! systemctl reload lvsd 2>/dev/null || fail 'systemctl reload says nothing of a bad file'
systemctl is-active --quiet lvsd || fail 'a bad file has ended the service'
in_kernel "$VIP:80 rr" || fail 'a bad file has changed the table'
journalctl -u lvsd --no-pager | grep -q 'web.conf:[0-9]*:[0-9]*' || fail 'the journal has no place of it'
cp /root/good /etc/lvsd/conf.d/web.conf
systemctl reload lvsd || fail 'a good file after a bad one'

step 'an upgrade while requests flow and a connection stays open'
cat >/root/requests <<'SH'
while [ ! -e /root/enough ]; do
  if busybox timeout 5 busybox wget -q -O /dev/null "http://$1/"; then echo ok; else echo lost; fi
done
SH
ip netns exec client sh /root/requests $VIP >/root/answers 2>&1 &
requests=$!
# Whatever goes in comes back, as long as it is the same connection.
(
  n=0
  while [ ! -e /root/enough ]; do
    n=$((n + 1))
    echo "line $n"
    sleep 0.1
  done
  sleep 1
) | tee /root/sent | ip netns exec client busybox nc $VIP 81 >/root/received &
echoing=$!
until_true 'requests flow' sh -c '[ "$(grep -c ok /root/answers)" -gt 20 ]'
before=$(pid_of_lvsd)
dpkg -i /packages/new/*.deb >/root/dpkg 2>&1 || { cat /root/dpkg && fail 'dpkg -i of the new version'; }
[ "$(pid_of_lvsd)" != "$before" ] || fail 'the upgrade has not restarted the service'
systemctl is-active --quiet lvsd || fail 'the service is not active after the upgrade'
dpkg-query -W lvsd | grep -q upgrade || fail 'the version is the old one'

step 'a crash under the same traffic: another process takes over'
crashed=$(pid_of_lvsd)
kill -KILL "$crashed"
until_true 'the service is restarted' sh -c \
  "systemctl is-active --quiet lvsd && [ \"\$(systemctl show -p MainPID --value lvsd)\" != $crashed ]"
until_true 'it answers' lvsctl status
now=$(grep -c ok /root/answers)
until_true 'requests still flow' sh -c "[ \"\$(grep -c ok /root/answers)\" -gt $((now + 20)) ]"
touch /root/enough
wait $requests $echoing || true
! grep -v '^ok$' /root/answers || fail 'requests were lost'
cmp /root/sent /root/received || fail 'the open connection was not kept'
step "  $(grep -c ok /root/answers) requests, $(wc -l </root/sent) lines of one connection, none lost"

step 'a server that dies leaves, under the confined service as well'
ip -n rs2 link set eth0 down
until_true 'the dead server is out' sh -c '! ipvsadm -Ln | grep -q 10.2.0.12:80'
ip -n rs2 link set eth0 up
ip -n rs2 route replace default via 10.2.0.1
until_true 'and in again' in_kernel '-> 10.2.0.12:80'

step "the journal has its line with all parts, the catalog's words, and who wished what"
in_journal() {
  journalctl -q --no-pager -o json "$@" | tail -n 1
}
part() {
  printf '%s\n' "$line" | grep -Eq "\"$1\" *: *\"$2\"" || fail "$1 is not $2 in: $line"
}
line=$(in_journal LVSD_EVENT=server LVSD_NEW_STATE=DOWN LVSD_ADDRESS=10.2.0.12:80)
part LVSD_SERVICE "tcp:$VIP:80"
part LVSD_SERVER 10.2.0.12:80
part LVSD_RESULT 'L4(CON|TOUT)'
part LVSD_DURATION_MS '[0-9]+'
part LVSD_ACTIVE_LEFT 1
part LVSD_BACKUP_LEFT 0
part PRIORITY 4
part MESSAGE_ID '[0-9a-f]{32}'
part MESSAGE '.*is DOWN, reason: Layer4.*'
line=$(in_journal LVSD_EVENT=reload LVSD_NEW_STATE=REFUSED)
part LVSD_GENERATION '[0-9]+'
lvsctl drain "tcp:$VIP:80/10.2.0.12:80" --reason 'a look at the journal' || fail 'lvsctl drain'
line=$(in_journal LVSD_EVENT=wish LVSD_USER_UID=0)
part LVSD_REASON 'a look at the journal'
lvsctl undrain "tcp:$VIP:80/10.2.0.12:80" || fail 'lvsctl undrain'
journalctl -q --no-pager -x LVSD_EVENT=server LVSD_NEW_STATE=DOWN | grep -q 'Subject: A server of tcp:' ||
  fail 'the catalog has no words for it'

step "the kernel's sums under node_exporter's names"
connections=$(printf '%d' "0x$(busybox awk 'NR == 3 { print $1 }' /proc/net/ip_vs_stats)")
[ "$connections" -gt 200 ] || fail "the kernel has counted $connections connections"
lvsctl metrics --collect node_ipvs >/root/metrics || fail 'lvsctl metrics'
grep -qx "node_ipvs_connections_total $connections" /root/metrics || fail "they are not $connections"
grep -q '^node_ipvs_backend_weight{local_address="10.1.0.100",local_port="80",proto="TCP",' \
  /root/metrics || fail 'the backends are not there'

step 'the log as a file, where the unit has a place for it; it may be moved away'
mkdir -p /etc/systemd/system/lvsd.service.d
printf '[Service]\nLogsDirectory=lvsd\n' >/etc/systemd/system/lvsd.service.d/log.conf
printf 'global_defs {\n  log {\n    target file /var/log/lvsd/lvsd.log\n  }\n}\n' \
  >/etc/lvsd/conf.d/log.conf
systemctl daemon-reload && systemctl restart lvsd || fail 'systemctl restart'
until_true 'the file has its lines' grep -q ' serves 2 virtual servers' /var/log/lvsd/lvsd.log
mv /var/log/lvsd/lvsd.log /var/log/lvsd/lvsd.log.1
systemctl reload lvsd || fail 'systemctl reload'
until_true 'the new file has the next' grep -q ' NOTICE Reloaded ' /var/log/lvsd/lvsd.log
rm /etc/lvsd/conf.d/log.conf /etc/systemd/system/lvsd.service.d/log.conf
rmdir /etc/systemd/system/lvsd.service.d
systemctl daemon-reload && systemctl restart lvsd || fail 'systemctl restart'
rm -r /var/log/lvsd

step 'removed: the service is gone, the table and the configuration stay'
dpkg -r lvsd lvsctl >/root/dpkg 2>&1 || { cat /root/dpkg && fail 'dpkg -r'; }
! systemctl is-active --quiet lvsd || fail 'the service still runs'
in_kernel "$VIP:80 rr" || fail 'the table was taken away'
[ -e /etc/lvsd/lvsd.conf ] || fail 'the configuration was taken away'
ip netns exec client busybox timeout 5 busybox wget -q -O /dev/null http://$VIP/ || fail 'traffic has ended'

step 'purged: nothing is left'
rm /etc/lvsd/conf.d/web.conf # ours, not the package's
dpkg -P lvsd lvsctl >/root/dpkg 2>&1 || { cat /root/dpkg && fail 'dpkg -P'; }
systemctl daemon-reload
inventory >/inventory/after
diff /inventory/before /inventory/after || fail 'purging has left (>) or taken (<) that'
! find / -xdev -name '*lvs[dc]*' ! -path '/packages/*' ! -path '/root/*' | grep . ||
  fail 'purging has left that'
! systemctl cat lvsd >/dev/null 2>&1 || fail 'systemd still knows the service'

echo 'all is well'
