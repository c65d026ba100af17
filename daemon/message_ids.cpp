#include "daemon/message_ids.h"

namespace lvsd {

namespace {

// The numbers never change, and stand in packaging/systemd/lvsd.catalog as well. Those of a state
// before the one that all others of its kind have.
constexpr MessageId table[] = {
    {EventKind::server, "DOWN", "3169cb88f1844d3f855a6c6f89082969"},
    {EventKind::server, "UP", "bef7f75fd02f4d25820bd3f79389029b"},
    {EventKind::server, "", "a2c96faeefc049cda90d6b1b15906a5d"},
    {EventKind::service, "DOWN", "dad53559cc5d49e887e68cf6a38b4482"},
    {EventKind::service, "PANIC", "21031b5198834f4eaaa56dcc27c04e16"},
    {EventKind::service, "", "b06b13a2b7944d05ab7077e04c50fd91"},
    {EventKind::wish, "", "4a2e6a6ecbd64517861c5f27612db0cc"},
    {EventKind::reload, "REFUSED", "74cbff3ba95241318a42ad13c5088968"},
    {EventKind::reload, "FAILED", "62f94e3cd01d42cebb934952704150c2"},
    {EventKind::reload, "", "3c423f6f47da49e28c00d4bc4c992377"},
    {EventKind::drift, "FIGHT", "81d352c2828447099bfefef536eb232e"},
    {EventKind::drift, "", "bfff5905949a4297a99e473433162e16"},
    {EventKind::check, "", "421271fcc85d472abbfd141a37a39700"},
    {EventKind::checker, "", "b0859f3e08cf43db90216f0989c03a1d"},
    {EventKind::kernel, "", "004a3ae8b9c947c5891160bf4d5ef2d3"},
    {EventKind::tuning, "", "dd8ed16a3dff41eea52b72e4f8814e06"},
    {EventKind::notifier, "", "6a63a6317bf540c8be1d3752f5d45645"},
    {EventKind::daemon, "", "2364d54db0e848caa7afcc4086a8dd9a"},
};

}  // namespace

std::span<const MessageId> message_ids() {
  return table;
}

std::string_view message_id(const EventSubject& subject) {
  for (const MessageId& row : table)
    if (row.kind == subject.kind && (row.state.empty() || row.state == subject.after))
      return row.id;
  return {};  // a test has one for every kind
}

}  // namespace lvsd
