#include "config/entries.h"

#include <algorithm>
#include <utility>

#include "config/group.h"
#include "config/hoist.h"
#include "config/keyword_rows.h"
#include "config/settle_check.h"

namespace lvsd {

namespace {

// The arguments of each statement that says what `subject` has.
std::vector<std::string> shown(const Keyword& row, const Subject& subject) {
  if (row.show_each != nullptr) return row.show_each(subject);
  const auto value = row.show(subject);
  return value ? std::vector{*value} : std::vector<std::string>{};
}

// The rows that can be shown in a block, in the table's order.
const std::vector<const Keyword*>& shown_rows(Block block) {
  static const auto rows = [] {
    std::vector<std::vector<const Keyword*>> out(block_count);
    for (const Keyword* row : keywords())
      for (std::size_t b = 0; b < block_count; ++b)
        if ((row->show != nullptr || row->show_each != nullptr) &&
            row->blocks.has(static_cast<Block>(b)))
          out[b].push_back(row);
    return out;
  }();
  return rows[static_cast<std::size_t>(block)];
}

Entry line_entry(std::string word, std::string arguments = {}) {
  Entry out;
  out.word = std::move(word);
  out.arguments = std::move(arguments);
  return out;
}

Block block_of(const Probe& probe) {
  return find_keyword(Block::real_server, keyword(probe))->block;
}

class EntryBuilder {
 public:
  EntryBuilder(const Config& config, Detail detail, const Origins* origins)
      : config_(config), detail_(detail), origins_(origins) {}

  Entries global() {
    Subject subject{.config = &config_};
    Entries out;
    add_global_defs(subject, out);
    add_rows(Block::root, subject, {.config = &defaults_}, out);
    add_tls_client(subject, out);
    for (const TrackFile& file : config_.global.track_files)
      out.push_back(track_file(file));
    for (const BfdInstance& instance : config_.global.bfd_instances)
      out.push_back(bfd_instance(instance));
    for (const ServiceGroup& group : config_.groups)
      out.push_back(service_group(group));
    return out;
  }

  Entry service(const VirtualServer& service) {
    Entry out = block_entry(Block::root, "virtual_server", header(service), service.origin);
    Subject subject{.config = &config_, .service = &service};
    VirtualServer usual;
    const Subject fallback{.config = &config_, .service = &usual};
    enter(Block::virtual_server, service.origin);
    add_rows(Block::virtual_server, subject, fallback, out.block);
    for (const SorryServer& sorry : service.sorry_servers)
      out.block.push_back(sorry_server(subject, sorry));
    for (const RealServer& server : service.real_servers)
      out.block.push_back(real_server(subject, server));
    leave();
    if (detail_ == Detail::changed) hoist(out);
    return out;
  }

 private:
  void enter(Block block, Origin start, std::uint32_t index = 0) {
    places_.push_back({block, start, index});
  }
  void leave() { places_.pop_back(); }

  // Rows whose value is worth a line.
  void add_rows(Block block, const Subject& subject, const Subject& fallback, Entries& out) {
    for (const Keyword* row : shown_rows(block)) {
      if (row->opens != Opens::nothing) continue;
      const std::vector<std::string> values = shown(*row, subject);
      if (detail_ == Detail::changed && values == shown(*row, fallback)) continue;
      for (const std::string& value : values) {
        Entry entry = line_entry(std::string(row->name), value);
        entry.keyword = row;
        locate(*row, entry);
        out.push_back(std::move(entry));
      }
    }
  }

  // Here, else in a block around this one where the keyword is inherited.
  void locate(const Keyword& row, Entry& entry) const {
    entry.source = Entry::Source::fallback;
    if (origins_ == nullptr) return;
    for (std::size_t i = places_.size(); i-- > 0;) {
      entry.origin = origins_->find(places_[i], row.name);
      if (entry.origin) {
        const bool here = i + 1 == places_.size();
        entry.source = here ? Entry::Source::written : Entry::Source::inherited;
        return;
      }
      if (!row.inherited) return;
    }
  }

  Entry block_entry(Block block, std::string_view word, std::string arguments,
                    std::optional<Origin> origin) const {
    Entry out = line_entry(std::string(word), std::move(arguments));
    out.keyword = find_keyword(block, word);
    out.origin = origin;
    out.is_block = true;
    return out;
  }

  // A block of rows; left out where it would be empty.
  void add_block(Block around, std::string_view word, Block block, const Subject& subject,
                 Entries& out) {
    Entry entry = block_entry(around, word, "", std::nullopt);
    enter(block, {});
    add_rows(block, subject, {.config = &defaults_}, entry.block);
    leave();
    if (!entry.block.empty()) out.push_back(std::move(entry));
  }

  void add_global_defs(const Subject& subject, Entries& out) {
    Entry entry = block_entry(Block::root, "global_defs", "", std::nullopt);
    enter(Block::global_defs, {});
    add_rows(Block::global_defs, subject, {.config = &defaults_}, entry.block);
    if (!config_.global.mail.to.empty()) {
      Entry list = block_entry(Block::global_defs, "notification_email", "", std::nullopt);
      for (const std::string& address : config_.global.mail.to)
        list.block.push_back(line_entry(plain_word(address)));
      entry.block.push_back(std::move(list));
    }
    add_sysctls(entry.block);
    add_block(Block::global_defs, "tcp_keepalive", Block::tcp_keepalive, subject, entry.block);
    add_block(Block::global_defs, "api", Block::api, subject, entry.block);
    add_block(Block::global_defs, "log", Block::log, subject, entry.block);
    add_block(Block::global_defs, "metrics", Block::metrics, subject, entry.block);
    leave();
    if (!entry.block.empty()) out.push_back(std::move(entry));
  }

  void add_sysctls(Entries& out) const {
    const GlobalSettings& global = config_.global;
    if (global.sysctls.empty() && !global.sysctl_auto) return;
    Entry list = block_entry(Block::global_defs, "ipvs_sysctl", global.sysctl_auto ? "auto" : "",
                             std::nullopt);
    for (const Sysctl& sysctl : global.sysctls)
      list.block.push_back(line_entry(sysctl.name, sysctl.value));
    list.is_block = !list.block.empty();
    out.push_back(std::move(list));
  }

  void add_tls_client(const Subject& subject, Entries& out) {
    if (!config_.global.tls) return;
    Entry entry = block_entry(Block::root, "SSL", "", std::nullopt);
    add_rows(Block::tls_client, subject, {.config = &defaults_}, entry.block);
    out.push_back(std::move(entry));
  }

  Entry track_file(const TrackFile& file) {
    Entry out = block_entry(Block::root, "track_file", plain_word(file.name), file.origin);
    const TrackFile usual;
    enter(Block::track_file, file.origin);
    add_rows(Block::track_file, {.config = &config_, .track_file = &file},
             {.config = &config_, .track_file = &usual}, out.block);
    leave();
    return out;
  }

  Entry bfd_instance(const BfdInstance& instance) const {
    Entry out = block_entry(Block::root, "bfd_instance", plain_word(instance.name), std::nullopt);
    Entry neighbor = line_entry("neighbor_ip", text(*instance.neighbor));
    neighbor.keyword = find_keyword(Block::bfd_instance, "neighbor_ip");
    out.block.push_back(std::move(neighbor));
    return out;
  }

  Entry service_group(const ServiceGroup& group) const {
    Entry out =
        block_entry(Block::root, "virtual_server_group", plain_word(group.name), group.origin);
    for (const GroupEntry& member : group.entries)
      out.block.push_back(line_entry(spelled(member)));
    return out;
  }

  static std::string header(const VirtualServer& service) {
    if (!service.group.empty()) return "group " + plain_word(service.group);
    const ServiceKey& key = service.services.front();
    if (key.fwmark != 0) return "fwmark " + std::to_string(key.fwmark);
    return rows::spelled(Endpoint{key.address, key.port});
  }

  Entry real_server(Subject subject, const RealServer& server) {
    Entry out = block_entry(Block::virtual_server, "real_server", rows::spelled(server.endpoint),
                            server.origin);
    const RealServer usual;
    Subject fallback = subject;
    subject.server = &server;
    fallback.server = &usual;
    enter(Block::real_server, server.origin);
    add_rows(Block::real_server, subject, fallback, out.block);
    if (server.backup) out.block.push_back(backup_server(subject, *server.backup));
    add_checks(subject, server.checks, server.endpoint, out.block);
    leave();
    return out;
  }

  Entry backup_server(Subject subject, const BackupServer& backup) {
    Entry out = block_entry(Block::real_server, "backup_server", rows::spelled(backup.endpoint),
                            backup.origin);
    BackupServer usual;
    usual.forwarding = subject.server->settings.forwarding;
    usual.tunnel = subject.server->settings.tunnel;
    Subject fallback = subject;
    subject.backup = &backup;
    fallback.backup = &usual;
    enter(Block::backup_server, backup.origin);
    add_rows(Block::backup_server, subject, fallback, out.block);
    add_checks(subject, backup.checks, backup.endpoint, out.block);
    leave();
    out.is_block = !out.block.empty();
    return out;
  }

  Entry sorry_server(Subject subject, const SorryServer& sorry) {
    Entry out = block_entry(Block::virtual_server, "sorry_server", rows::spelled(sorry.endpoint),
                            sorry.origin);
    const SorryServer usual;
    Subject fallback = subject;
    subject.sorry = &sorry;
    fallback.sorry = &usual;
    enter(Block::sorry_server, sorry.origin);
    add_rows(Block::sorry_server, subject, fallback, out.block);
    add_checks(subject, sorry.checks, sorry.endpoint, out.block);
    leave();
    out.is_block = !out.block.empty();
    return out;
  }

  void add_checks(Subject subject, const std::vector<Check>& checks, const Endpoint& server,
                  Entries& out) {
    for (const Check& check : checks) {
      const Probe& probe = check.settings->probe;
      Entry entry = block_entry(Block::real_server, keyword(probe), "", check.origin);
      const Block block = block_of(probe);
      const Check usual = usual_check(check, server);
      Subject fallback = subject;
      subject.check = &check;
      fallback.check = &usual;
      enter(block, check.origin);
      add_rows(block, subject, fallback, entry.block);
      leave();
      add_urls(subject, check, entry.block);
      out.push_back(std::move(entry));
    }
  }

  // A check of the same kind of which nothing is written.
  Check usual_check(const Check& check, const Endpoint& server) const {
    CheckSettings settings{empty_probe(check.settings->probe), {}};
    const CheckPolicy& policy = check.settings->policy;
    settings.policy = default_policy(settings.probe, std::nullopt);
    // DNS_CHECK's delay_before_retry follows delay_loop.
    settings.policy.delay_before_retry =
        default_policy(settings.probe, policy.delay_loop).delay_before_retry;
    if (auto* misc = std::get_if<MiscCheck>(&settings.probe)) misc->timeout = policy.delay_loop;
    if (auto* file = std::get_if<FileCheck>(&settings.probe)) adopt_track_file(check, *file);
    Check out;
    out.settings = std::make_shared<const CheckSettings>(std::move(settings));
    out.target.endpoint = server;
    return out;
  }

  void adopt_track_file(const Check& check, FileCheck& usual) const {
    const auto& wanted = std::get<FileCheck>(check.settings->probe).track_file;
    for (const TrackFile& file : config_.global.track_files)
      if (file.name == wanted) {
        usual.weight = file.weight;
        usual.reverse = file.reverse;
      }
  }

  static Probe empty_probe(const Probe& probe) {
    return std::visit(
        [](const auto& kind) -> Probe {
          std::decay_t<decltype(kind)> out;
          if constexpr (std::is_same_v<decltype(out), HttpCheck>) out.tls = kind.tls;
          return out;
        },
        probe);
  }

  void add_urls(Subject subject, const Check& check, Entries& out) {
    const auto* http = std::get_if<HttpCheck>(&check.settings->probe);
    if (http == nullptr) return;
    HttpUrl usual;
    usual.tls_compliant = http->tls_compliant;
    Subject fallback = subject;
    fallback.url = &usual;
    for (std::size_t i = 0; i < http->urls.size(); ++i) {
      subject.url = &http->urls[i];
      Entry entry = block_entry(Block::http_get, "url", "", std::nullopt);
      enter(Block::url, check.origin, static_cast<std::uint32_t>(i));
      add_rows(Block::url, subject, fallback, entry.block);
      leave();
      out.push_back(std::move(entry));
    }
  }

  const Config& config_;
  Detail detail_;
  const Origins* origins_;
  std::vector<Origins::Place> places_ = {{Block::root, {}, 0}};
  const Config defaults_;
};

}  // namespace

Entries global_entries(const Config& config, Detail detail, const Origins* origins) {
  return EntryBuilder(config, detail, origins).global();
}

Entry entry(const Config& config, const VirtualServer& server, Detail detail,
            const Origins* origins) {
  return EntryBuilder(config, detail, origins).service(server);
}

}  // namespace lvsd
