#include "config/keywords.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "config/entries.h"
#include "test/text/config.h"

using namespace lvsd;

namespace {

// A file around a statement of the given block, complete but for it.
struct Frame {
  std::string before;
  std::string after;
};

Frame nested(const Frame& outer, const std::string& open, const std::string& close) {
  return {outer.before + open, close + outer.after};
}

Frame frame(Block block) {
  const Frame root{
      "track_file counter {\nfile /run/counter\n}\n"
      "bfd_instance far {\nneighbor_ip 192.0.2.9\n}\n",
      ""};
  const Frame global = nested(root, "global_defs {\n", "\n}\n");
  const Frame service =
      nested(root, "virtual_server 192.0.2.1 80 {\nprotocol TCP\n",
             "\nreal_server 192.0.2.100 80 {\n}\nreal_server 192.0.2.101 80 {\n}\n}\n");
  const Frame server = nested(service, "real_server 192.0.2.2 80 {\n", "\n}\n");
  const Frame vrrp = nested(root, "vrrp_instance v {\n", "\n}\n");
  const auto check = [&](const std::string& word, const std::string& needs = "") {
    return nested(server, word + " {\n" + needs, "\n}\n");
  };
  switch (block) {
    case Block::root:
      return root;
    case Block::global_defs:
      return global;
    case Block::virtual_server_group:
      return nested(root, "virtual_server_group g {\n", "\n}\n");
    case Block::virtual_server:
      return service;
    case Block::real_server:
      return server;
    case Block::backup_server:
      return nested(server, "backup_server 192.0.2.3 80 {\n", "\n}\n");
    case Block::sorry_server:
      return nested(service, "sorry_server 192.0.2.4 80 {\n", "\n}\n");
    case Block::tcp_check:
      return check("TCP_CHECK");
    case Block::http_get:
      return check("HTTP_GET", "url {\npath /\n}\n");
    case Block::ssl_get:
      return check("SSL_GET", "url {\npath /\n}\n");
    case Block::url:
      return nested(check("HTTP_GET"), "url {\npath /\n", "\n}\n");
    case Block::smtp_check:
      return check("SMTP_CHECK");
    case Block::smtp_host:
      return nested(check("SMTP_CHECK"), "host {\n", "\n}\n");
    case Block::dns_check:
      return check("DNS_CHECK");
    case Block::udp_check:
      return check("UDP_CHECK", "require_reply 00\n");
    case Block::ping_check:
      return check("PING_CHECK");
    case Block::agent_check:
      return check("AGENT_CHECK");
    case Block::misc_check:
      return check("MISC_CHECK", "misc_path /bin/true\n");
    case Block::file_check:
      return check("FILE_CHECK", "track_file counter\n");
    case Block::bfd_check:
      return check("BFD_CHECK", "name far\n");
    case Block::tls_client:
      return nested(root, "SSL {\n", "\n}\n");
    case Block::track_file:
      return nested(root, "track_file t {\nfile /run/t\n", "\n}\n");
    case Block::tcp_keepalive:
      return nested(global, "tcp_keepalive {\n", "\n}\n");
    case Block::sysctls:
      return nested(global, "ipvs_sysctl {\n", "\n}\n");
    case Block::api:
      return nested(global, "api {\ntoken_file /run/token\n", "\n}\n");
    case Block::log:
      return nested(global, "log {\n", "\n}\n");
    case Block::metrics:
      return nested(global, "metrics {\n", "\n}\n");
    case Block::mail_addresses:
      return nested(global, "notification_email {\n", "\n}\n");
    case Block::bfd_instance:
      return nested(root, "bfd_instance b {\nneighbor_ip 192.0.2.8\n", "\n}\n");
    case Block::vrrp_instance:
      return vrrp;
    case Block::vrrp_sync_group:
      return nested(root, "vrrp_sync_group s {\n", "\n}\n");
    case Block::vrrp_script:
      return nested(root, "vrrp_script s {\n", "\n}\n");
    case Block::vrrp_track_process:
      return nested(root, "vrrp_track_process p {\n", "\n}\n");
    case Block::authentication:
      return nested(vrrp, "authentication {\n", "\n}\n");
    case Block::auth_hmac:
      return nested(vrrp, "auth_hmac {\n", "\n}\n");
    case Block::track_group:
      return nested(root, "track_group t {\n", "\n}\n");
    case Block::garp_group:
      return nested(root, "garp_group {\n", "\n}\n");
    case Block::list:
      return nested(vrrp, "virtual_ipaddress {\n", "\n}\n");
  }
  return root;
}

// Words whose arguments the row leaves to the keyword, and words of which one value says more.
const std::map<std::string, std::string> special = {
    {"lvs_method", "TUN type gue port 5555 csum"},
    {"sorry_server_lvs_method", ""},  // stands behind a sorry server, see below
    {"sh-port", ""},
    {"sh-fallback", ""},
    {"mh-port", ""},
    {"mh-fallback", ""},
    {"ops", ""},
    {"persistence_granularity", "255.255.255.0"},
    {"lvs_timeouts", "tcp 100 udp 50"},
    {"lvs_sync_daemon", "eth0 id 3"},
    {"status_code", "200-204 301"},
    {"header", "X-Wanted:yes"},
    {"payload", "0aff"},
    {"require_reply", "0aXX"},
    {"digest", "0123456789abcdef0123456789abcdef"},
    {"include_check", "read +match"},
    {"umask", "027"},
    {"checker_cpu_affinity", "0 1"},
    {"checkers", "3"},
    {"init_file", "5 overwrite"},
    {"track_file", "counter"},
    {"ip_family", "inet"},
    {"hysteresis", "0"},
    {"quorum", "2"},
    {"target", "file /var/log/lvsd.log"},
};

std::string sample(const Argument& argument) {
  switch (argument.kind) {
    case ArgumentKind::none:
      return "";
    case ArgumentKind::number:
      return std::to_string(argument.least + 2 <= argument.most ? argument.least + 2
                                                                : argument.most);
    case ArgumentKind::time:
      return argument.most < 2'500'000 ? "0.5" : "2.5";
    case ArgumentKind::boolean:
      return "yes";
    case ArgumentKind::address:
      return "192.0.2.77";
    case ArgumentKind::port:
      return "8080";
    case ArgumentKind::choice:
      return std::string(argument.choices.substr(argument.choices.rfind(' ') + 1));
    case ArgumentKind::script:
      return "\"/bin/x a b\"";
    case ArgumentKind::word:
    case ArgumentKind::pattern:
    case ArgumentKind::words:
      return "wordly";
  }
  return "";
}

std::string sample(const Keyword& keyword) {
  if (keyword.name == "name" && keyword.blocks.has(Block::bfd_check)) return "far";
  if (const auto own = special.find(std::string(keyword.name)); own != special.end())
    return own->second;
  std::string out;
  for (const Argument& argument : keyword.arguments)
    if (const std::string word = sample(argument); !word.empty())
      out += (out.empty() ? "" : " ") + word;
  return out;
}

bool needs_more(const Keyword& keyword) {
  // Hash flags want their scheduler, ops wants UDP: they have tests of their own.
  static const std::set<std::string_view> words = {
      "sh-port", "sh-fallback", "mh-port", "mh-fallback", "ops", "sorry_server_lvs_method"};
  return words.contains(keyword.name);
}

std::string load_with(Block block, const std::string& statement, Loaded& loaded) {
  const Frame around = frame(block);
  const std::string text = around.before + statement + "\n" + around.after;
  loaded = test::load_text(text);
  return text;
}

std::string errors(const Loaded& loaded) {
  std::string out;
  for (const Diagnostic& diagnostic : loaded.diagnostics)
    if (diagnostic.severity == Severity::error) out += text(diagnostic);
  return out;
}

// Every place where a keyword without a block may stand.
template <class Visit>
void each_statement(const Visit& visit) {
  for (const Keyword* keyword : keywords())
    for (std::size_t b = 0; b < block_count; ++b)
      if (keyword->blocks.has(static_cast<Block>(b)) && keyword->opens == Opens::nothing)
        visit(*keyword, static_cast<Block>(b));
}

}  // namespace

TEST_CASE("every keyword is told in one line and without a full stop") {
  for (const Keyword* keyword : keywords()) {
    INFO(keyword->name);
    CHECK_FALSE(keyword->help.empty());
    CHECK(keyword->help.size() < 100);
    CHECK(keyword->help.back() != '.');
    CHECK_FALSE(usage(*keyword).empty());
  }
}

TEST_CASE("no block has two keywords of the same spelling") {
  for (std::size_t b = 0; b < block_count; ++b) {
    std::set<std::string> seen;
    for (const Keyword* keyword : keywords()) {
      if (!keyword->blocks.has(static_cast<Block>(b))) continue;
      std::string spellings(keyword->name);
      for (const auto& more : {keyword->aliases, keyword->synonyms})
        if (!more.empty()) spellings += " " + std::string(more);
      for (std::size_t at = 0; at < spellings.size();) {
        const std::size_t end = std::min(spellings.find(' ', at), spellings.size());
        const std::string word = spellings.substr(at, end - at);
        INFO(text(static_cast<Block>(b)) << " " << word);
        CHECK(seen.insert(word).second);
        CHECK(find_keyword(static_cast<Block>(b), word) == keyword);
        at = end + 1;
      }
    }
  }
}

TEST_CASE("every keyword loads where it may stand") {
  each_statement([](const Keyword& keyword, Block block) {
    if (needs_more(keyword)) return;
    Loaded loaded;
    const std::string text =
        load_with(block, std::string(keyword.name) + " " + sample(keyword), loaded);
    INFO(text);
    CHECK(errors(loaded) == "");
  });
}

TEST_CASE("every keyword that is shown is shown as it was written") {
  std::size_t shown = 0;
  each_statement([&](const Keyword& keyword, Block block) {
    if (needs_more(keyword) || (keyword.show == nullptr && keyword.show_each == nullptr)) return;
    const bool of_checks = keyword.inherited && block == Block::virtual_server;
    Loaded loaded;
    std::string written = std::string(keyword.name) + " " + sample(keyword);
    while (written.back() == ' ')
      written.pop_back();
    const std::string text = load_with(block, written, loaded);
    INFO(text << errors(loaded));
    REQUIRE(loaded.config);
    const std::string all = configuration_text(*loaded.config, Detail::effective);
    INFO(all);
    // What servers and checks inherit is shown with them; the frame of a server has no check.
    const bool has_no_holder = find_keyword(Block::tcp_check, keyword.name) != nullptr &&
                               (block == Block::real_server || block == Block::sorry_server ||
                                block == Block::backup_server || of_checks);
    if (has_no_holder && keyword.name != "weight") return;
    if (keyword.name == "protocol" || keyword.name == "ip_family") return;
    CHECK(all.find(" " + written + "\n") + 1 + all.find("\n" + written + "\n") + 1 != 0);
    ++shown;
  });
  CHECK(shown > 140);
}

TEST_CASE("a missing argument is told with the usage") {
  each_statement([](const Keyword& keyword, Block block) {
    const Argument& first = keyword.arguments[0];
    if (first.kind == ArgumentKind::none || first.optional) return;
    Loaded loaded;
    const std::string text = load_with(block, std::string(keyword.name), loaded);
    INFO(text << errors(loaded));
    CHECK_FALSE(loaded.config);
    CHECK(errors(loaded).find("usage: " + std::string(keyword.name)) != std::string::npos);
    CHECK(errors(loaded).find("[LVC017]") != std::string::npos);
  });
}

TEST_CASE("a number out of range and a number with a suffix are errors under the word") {
  each_statement([](const Keyword& keyword, Block block) {
    const Argument& first = keyword.arguments[0];
    if (first.kind != ArgumentKind::number && first.kind != ArgumentKind::time) return;
    const bool is_time = first.kind == ArgumentKind::time;
    const std::int64_t scale = is_time ? 1'000'000 : 1;
    const std::string name(keyword.name);
    const auto check = [&](const std::string& value, const std::string& code) {
      Loaded loaded;
      const std::string text = load_with(block, name + " " + value, loaded);
      INFO(text << errors(loaded));
      REQUIRE_FALSE(loaded.config);
      std::size_t found = 0;
      for (const Diagnostic& diagnostic : loaded.diagnostics)
        if (diagnostic.code == code && diagnostic.where.column == name.size() + 2 &&
            diagnostic.where.length == value.size())
          ++found;
      CHECK(found == 1);
    };
    check(std::to_string(first.most / scale + 1), "LVC020");
    if (first.least > 0 && !is_time) check(std::to_string(first.least - 1), "LVC020");
    const bool inert = keyword.effect == Effect::inert;
    const std::int64_t inside = std::max<std::int64_t>(first.least / scale, is_time ? 1 : 0);
    if (inside * scale <= first.most)
      check(std::to_string(inside) + "x", inert ? "LVC019" : "LVC021");
    check("frog", "LVC019");
  });
}

TEST_CASE("a flag takes no word behind it") {
  each_statement([](const Keyword& keyword, Block block) {
    if (keyword.arguments[0].kind != ArgumentKind::none || needs_more(keyword)) return;
    Loaded loaded;
    const std::string text = load_with(block, std::string(keyword.name) + " frog", loaded);
    INFO(text << errors(loaded));
    CHECK_FALSE(loaded.config);
    CHECK(errors(loaded).find("unexpected 'frog'") != std::string::npos);
  });
}

TEST_CASE("the sync daemon is shown with its words quoted where they need it") {
  const Loaded written =
      test::load_text("global_defs {\n lvs_sync_daemon eth0 inst \"VI 1\" id 3\n}\n");
  REQUIRE(written.config);
  const Loaded again = test::load_text(configuration_text(*written.config, Detail::effective));
  REQUIRE(again.config);
  CHECK(*again.config == *written.config);
}
