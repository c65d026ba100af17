#include <array>

#include "config/group.h"
#include "config/keyword_rows.h"
#include "config/settle.h"

// What stands outside of blocks, and the small blocks that are found there.

namespace lvsd {

namespace {

using namespace rows;

constexpr Blocks root = Block::root;

std::optional<std::string> show_namespace_ipvs(const Subject& s) {
  const auto& name = s.config->global.net_namespace_ipvs;
  if (!name) return std::nullopt;
  return name->empty() ? std::string() : plain_word(*name);
}

TlsClient& tls_client(Compiler& c) {
  return *c.config().global.tls;
}

std::optional<std::string> show_tls(const Subject& s, std::string TlsClient::*member) {
  if (!s.config->global.tls) return std::nullopt;
  return spelled_word((*s.config->global.tls).*member);
}

void open_tls_client(Compiler& c, const Arguments& a) {
  if (c.config().global.tls)
    c.problems().report(Code::repeated, a.where(), "this 'SSL' block replaces an earlier one");
  c.config().global.tls = TlsClient{};
}

TrackFile& track_file(Compiler& c) {
  return c.config().global.track_files.back();
}

void open_track_file(Compiler& c, const Arguments& a) {
  if (c.track_file(a.word(0)) != nullptr)
    c.problems().report(Code::duplicate_name, a.where(a.word(0)),
                        "there is a track_file " + quoted(a.word(0)) + " already");
  c.config().global.track_files.push_back(
      TrackFile{.name = std::string(a.word(0)), .origin = a.origin()});
}

void close_track_file(Compiler& c) {
  if (!track_file(c).path.empty()) return c.keep_track_file();
  c.problems().report(Code::incomplete_check, c.block_span(),
                      "track_file '" + track_file(c).name + "' names no file");
  c.config().global.track_files.pop_back();
}

void set_track_weight(Compiler& c, const Arguments& a) {
  track_file(c).weight = a.number<std::int32_t>(0);
  track_file(c).reverse = a.has(1);
}

void set_initial(Compiler& c, const Arguments& a) {
  TrackFile& file = track_file(c);
  file.initial = 0;
  for (const std::string_view word : a.words()) {
    const NumberScan value = scan_number(word);
    if (value.outcome == NumberScan::Outcome::number) {
      file.initial = value.value;
    } else if (word == "overwrite") {
      file.overwrite = true;
    } else {
      c.problems().report(Code::bad_argument, a.where(word),
                          quoted(word) + " is neither a number nor 'overwrite'");
    }
  }
}

std::optional<std::string> show_initial(const Subject& s) {
  const TrackFile& file = *s.track_file;
  if (!file.initial) return std::nullopt;
  return std::to_string(*file.initial) + (file.overwrite ? " overwrite" : "");
}

std::string show_track_weight(const TrackFile& file) {
  return std::to_string(file.weight) + (file.reverse ? " reverse" : "");
}

constexpr auto table = std::to_array<Keyword>({
    {.name = "global_defs",
     .blocks = root,
     .help = "settings of the daemon as a whole; may stand several times",
     .opens = Opens::block,
     .block = Block::global_defs},
    {.name = "virtual_server_group",
     .blocks = root,
     .arguments = {word("NAME")},
     .help = "addresses, ranges and marks that one virtual server stands for, one a line",
     .opens = Opens::block,
     .block = Block::virtual_server_group,
     .apply = open_group,
     .finish = close_group,
     .line = add_group_entry},
    {.name = "virtual_server",
     .blocks = root,
     .arguments = {words("ADDRESS [PORT] | fwmark NUMBER | group NAME")},
     .help = "a service that clients connect to, and the real servers behind it",
     .opens = Opens::block,
     .block = Block::virtual_server,
     .apply = open_service,
     .finish = close_service},
    {.name = "net_namespace",
     .blocks = root,
     .arguments = {word("NAME")},
     .fallback = "the one the daemon was started in",
     .help = "the network namespace to work in",
     .apply = [](Compiler& c, const Arguments& a) { c.config().global.net_namespace = a.word(0); },
     .show = [](const Subject& s) { return spelled_word(s.config->global.net_namespace); }},
    {.name = "net_namespace_ipvs",
     .blocks = root,
     .arguments = {optional(word("NAME"))},
     .fallback = "the same as net_namespace",
     .help = "the network namespace whose IPVS table is programmed; without NAME the default one",
     .apply = [](Compiler& c,
                 const Arguments& a) { c.config().global.net_namespace_ipvs = a.word(0); },
     .show = show_namespace_ipvs},
    {.name = "instance",
     .blocks = root,
     .arguments = {word("NAME")},
     .help = "a name for this daemon among several on one host",
     .apply = [](Compiler& c, const Arguments& a) { c.config().global.instance = a.word(0); },
     .show = [](const Subject& s) { return spelled_word(s.config->global.instance); }},
    {.name = "SSL",
     .blocks = root,
     .help = "key material for SSL_GET checks",
     .opens = Opens::block,
     .block = Block::tls_client,
     .apply = open_tls_client},
    {.name = "password",
     .blocks = Block::tls_client,
     .arguments = {word("PASSWORD")},
     .help = "of the private key",
     .apply = [](Compiler& c, const Arguments& a) { tls_client(c).password = a.word(0); },
     .show = [](const Subject& s) { return show_tls(s, &TlsClient::password); }},
    {.name = "ca",
     .blocks = Block::tls_client,
     .arguments = {word("FILE")},
     .help = "certificates of the authorities that are trusted",
     .apply = [](Compiler& c, const Arguments& a) { tls_client(c).ca = a.word(0); },
     .show = [](const Subject& s) { return show_tls(s, &TlsClient::ca); }},
    {.name = "certificate",
     .blocks = Block::tls_client,
     .arguments = {word("FILE")},
     .help = "the certificate that checks present",
     .apply = [](Compiler& c, const Arguments& a) { tls_client(c).certificate = a.word(0); },
     .show = [](const Subject& s) { return show_tls(s, &TlsClient::certificate); }},
    {.name = "key",
     .blocks = Block::tls_client,
     .arguments = {word("FILE")},
     .help = "the private key of the certificate",
     .apply = [](Compiler& c, const Arguments& a) { tls_client(c).key = a.word(0); },
     .show = [](const Subject& s) { return show_tls(s, &TlsClient::key); }},
    {.name = "track_file",
     .aliases = "vrrp_track_file",
     .blocks = root,
     .arguments = {word("NAME")},
     .help = "a file whose number FILE_CHECK adds to weights",
     .opens = Opens::block,
     .block = Block::track_file,
     .apply = open_track_file,
     .finish = close_track_file},
    {.name = "file",
     .blocks = Block::track_file,
     .arguments = {word("FILE")},
     .help = "the file",
     .apply = [](Compiler& c, const Arguments& a) { track_file(c).path = a.word(0); },
     .show = [](const Subject& s) { return spelled_word(s.track_file->path); }},
    {.name = "weight",
     .blocks = Block::track_file,
     .arguments = {number(-254, 254), optional(choice("reverse"))},
     .fallback = "1",
     .help = "what the number is multiplied with",
     .apply = set_track_weight,
     .show = [](const Subject& s) { return std::optional(show_track_weight(*s.track_file)); }},
    {.name = "init_file",
     .blocks = Block::track_file,
     .arguments = {optional(words("[NUMBER] [overwrite]"))},
     .help = "create the file at start, or overwrite it",
     .apply = set_initial,
     .show = show_initial},
});

}  // namespace

std::span<const Keyword> root_rows() {
  return table;
}

}  // namespace lvsd
