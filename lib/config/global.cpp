#include "config/global.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "base/parse_number.h"
#include "config/compile.h"
#include "config/quoting.h"
#include "config/scan.h"
#include "config/sysctls.h"

namespace lvsd {

namespace {

constexpr std::uint32_t longest_timeout = 2'678'400;  // keepalived's bound, 31 days
// Of a kernel of 1000 ticks a second, which counts them in an int (ip_vs_set_timeout, ip_vs_ctl.c).
constexpr std::uint32_t longest_everywhere = 2'147'483;

// "WORD VALUE" pairs with a number each.
class Pairs {
 public:
  Pairs(Compiler& compiler, const Arguments& arguments)
      : compiler_(compiler), words_(arguments.words()), arguments_(arguments) {}

  // The word at `at`, and moves on to its value.
  bool done() const { return at_ == words_.size(); }
  std::string_view word() const { return words_[at_]; }
  void skip() { ++at_; }

  bool value(std::string_view& out) {
    if (at_ + 1 >= words_.size()) {
      report(Code::missing_argument, words_[at_], quoted(words_[at_]) + " needs a value");
      ++at_;
      return false;
    }
    out = words_[at_ + 1];
    at_ += 2;
    return true;
  }

  template <class T>
  std::optional<T> number(std::int64_t least, std::int64_t most) {
    std::string_view text;
    if (!value(text)) return std::nullopt;
    const NumberScan scanned = scan_number(text);
    const bool fine = scanned.outcome == NumberScan::Outcome::number && scanned.value >= least &&
                      scanned.value <= most;
    if (fine) return static_cast<T>(scanned.value);
    const bool suffix = scanned.outcome == NumberScan::Outcome::suffix;
    report(suffix ? Code::number_suffix : Code::out_of_range, text,
           quoted(text) + " does not fit here",
           "expected a number from " + std::to_string(least) + " to " + std::to_string(most));
    return std::nullopt;
  }

  void report(Code code, std::string_view word, std::string message, std::string hint = {}) {
    compiler_.problems().report(code, arguments_.where(word), std::move(message), std::move(hint));
  }

 private:
  Compiler& compiler_;
  std::span<const std::string_view> words_;
  const Arguments& arguments_;
  std::size_t at_ = 0;
};

}  // namespace

void set_timeouts(Compiler& c, const Arguments& a) {
  IpvsTimeouts& timeouts = c.config().global.timeouts;
  Pairs pairs(c, a);
  while (!pairs.done()) {
    const std::string_view word = pairs.word();
    std::optional<std::uint32_t>* const target = word == "tcp"      ? &timeouts.tcp
                                                 : word == "tcpfin" ? &timeouts.tcp_fin
                                                 : word == "udp"    ? &timeouts.udp
                                                                    : nullptr;
    if (target == nullptr) {
      pairs.report(Code::bad_argument, word, quoted(word) + " is not known here",
                   "expected tcp, tcpfin or udp");
      pairs.skip();
      if (!pairs.done()) pairs.skip();
      continue;
    }
    const auto value = pairs.number<std::uint32_t>(0, longest_timeout);
    if (value && *value > longest_everywhere)
      pairs.report(Code::timeout_too_long, word,
                   "the timeout " + quoted(word) +
                       " is longer than a kernel of 1000 ticks a second "
                       "takes: 2147483 s",
                   "such a kernel refuses all three; the log and 'lvsctl status' say so then");
    // 0 leaves the kernel's as it is.
    if (value) *target = *value == 0 ? std::nullopt : value;
  }
}

std::optional<std::string> show_timeouts(const Subject& s) {
  const IpvsTimeouts& timeouts = s.config->global.timeouts;
  std::string out;
  const auto add = [&out](std::string_view word, const std::optional<std::uint32_t>& value) {
    if (!value) return;
    if (!out.empty()) out += ' ';
    out += std::string(word) + " " + std::to_string(*value);
  };
  add("tcp", timeouts.tcp);
  add("tcpfin", timeouts.tcp_fin);
  add("udp", timeouts.udp);
  if (out.empty()) return std::nullopt;
  return out;
}

namespace {

bool read_sync_option(Pairs& pairs, SyncDaemon& daemon) {
  const std::string_view word = pairs.word();
  std::string_view text;
  if (word == "inst") {
    if (pairs.value(text)) daemon.vrrp_instance = text;
  } else if (word == "id") {
    if (const auto id = pairs.number<std::uint8_t>(0, 255)) daemon.id = id;
  } else if (word == "maxlen") {
    daemon.max_length = pairs.number<std::uint16_t>(1, 65507).value_or(0);
  } else if (word == "port") {
    daemon.port = pairs.number<std::uint16_t>(1, 65535).value_or(0);
  } else if (word == "ttl") {
    daemon.ttl = pairs.number<std::uint8_t>(1, 255).value_or(0);
  } else if (word == "group") {
    if (!pairs.value(text)) return true;
    const auto group = parse_address(text);
    if (group && is_multicast(*group)) {
      daemon.group = group;
    } else {
      pairs.report(Code::bad_argument, text, quoted(text) + " is not a multicast address");
    }
  } else {
    return false;
  }
  return true;
}

}  // namespace

void set_sync_daemon(Compiler& c, const Arguments& a) {
  if (a.words().empty()) {
    c.problems().report(Code::missing_argument, a.where(),
                        quoted(a.keyword()) + " needs an interface");
    return;
  }
  if (c.config().global.sync_daemon) {
    c.problems().report(Code::repeated, a.where(), "there is one lvs_sync_daemon, the first");
    return;
  }
  SyncDaemon daemon;
  Pairs pairs(c, a);
  daemon.interface = pairs.word();
  pairs.skip();
  for (std::size_t position = 1; !pairs.done(); ++position) {
    const std::string_view word = pairs.word();
    if (read_sync_option(pairs, daemon)) continue;
    // The old form: INTERFACE INSTANCE [ID].
    const auto id = parse_number<std::uint8_t>(word);
    if (position == 1) {
      daemon.vrrp_instance = word;
    } else if (position == 2 && id) {
      daemon.id = id;
    } else {
      pairs.report(Code::bad_argument, word, quoted(word) + " is not known here",
                   "expected inst, id, maxlen, port, ttl or group");
    }
    pairs.skip();
  }
  c.config().global.sync_daemon = std::move(daemon);
}

std::optional<std::string> show_sync_daemon(const Subject& s) {
  const auto& daemon = s.config->global.sync_daemon;
  if (!daemon) return std::nullopt;
  std::string out = plain_word(daemon->interface);
  if (!daemon->vrrp_instance.empty()) out += " inst " + plain_word(daemon->vrrp_instance);
  if (daemon->id) out += " id " + std::to_string(*daemon->id);
  if (daemon->max_length != 0) out += " maxlen " + std::to_string(daemon->max_length);
  if (daemon->port != 0) out += " port " + std::to_string(daemon->port);
  if (daemon->ttl != 0) out += " ttl " + std::to_string(daemon->ttl);
  if (daemon->group) out += " group " + text(*daemon->group);
  return out;
}

void set_script_user(Compiler& c, const Arguments& a) {
  GlobalSettings& global = c.config().global;
  const std::string_view word = a.word(0);
  const std::size_t colon = word.find(':');
  if (colon == 0) {
    c.problems().report(Code::bad_argument, a.where(word), quoted(word) + " names no user");
    return;
  }
  global.script_user = word.substr(0, colon);
  global.script_group = colon == word.npos ? a.word(1) : word.substr(colon + 1);
}

namespace {

struct Permission {
  std::string_view name;
  std::uint32_t bits;
};
constexpr auto permissions = std::to_array<Permission>({
    {"IRUSR", 0400},
    {"IWUSR", 0200},
    {"IXUSR", 0100},
    {"IRWXU", 0700},
    {"IRGRP", 0040},
    {"IWGRP", 0020},
    {"IXGRP", 0010},
    {"IRWXG", 0070},
    {"IROTH", 0004},
    {"IWOTH", 0002},
    {"IXOTH", 0001},
    {"IRWXO", 0007},
});

// "027", "0x17", "23", or "IWGRP|IRWXO".
std::optional<std::uint32_t> scan_umask(std::string_view word) {
  const bool hex = word.starts_with("0x") || word.starts_with("0X");
  const int base = hex ? 16 : (word.starts_with('0') ? 8 : 10);
  const std::string_view digits = hex ? word.substr(2) : word;
  std::uint32_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stopped, failure] = std::from_chars(digits.data(), end, value, base);
  if (failure == std::errc{} && stopped == end) return value;

  value = 0;
  while (!word.empty()) {
    const std::string_view name = word.substr(0, word.find('|'));
    const auto known = std::find_if(permissions.begin(), permissions.end(),
                                    [&](const Permission& p) { return p.name == name; });
    if (known == permissions.end()) return std::nullopt;
    value |= known->bits;
    word.remove_prefix(std::min(name.size() + 1, word.size()));
  }
  return value;
}

}  // namespace

void set_umask(Compiler& c, const Arguments& a) {
  const auto value = scan_umask(a.word(0));
  if (value && *value <= 0777) {
    c.config().global.umask = value;
    return;
  }
  c.problems().report(Code::bad_argument, a.where(a.word(0)), quoted(a.word(0)) + " is not a umask",
                      "expected 027, or IWGRP|IRWXO");
}

std::optional<std::string> show_umask(const Subject& s) {
  const auto& value = s.config->global.umask;
  if (!value) return std::nullopt;
  std::array<char, 8> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), *value, 8).ptr;
  return "0" + std::string(digits.data(), end);
}

void set_include_check(Compiler& c, const Arguments& a) {
  IncludeCheck& check = c.reader().include_check();
  if (a.words().empty()) check = {true, true, true, true};
  bool first = true;
  for (const std::string_view word : a.words()) {
    if (!adjust(check, word, std::exchange(first, false)))
      c.problems().report(Code::bad_argument, a.where(word), quoted(word) + " is not known here",
                          "expected read, match, wildcard_match or brace_match; from the second "
                          "one on with + or -");
  }
}

void set_cpus(Compiler& c, const Arguments& a) {
  std::vector<std::uint32_t> cpus;
  for (const std::string_view word : a.words()) {
    const auto cpu = parse_number<std::uint32_t>(word);
    if (!cpu || *cpu > 8191) {
      c.problems().report(Code::bad_argument, a.where(word),
                          quoted(word) + " is not the number of a CPU");
      return;
    }
    cpus.push_back(*cpu);
  }
  c.config().global.checker.cpus = std::move(cpus);
}

namespace {

bool is_cpu_list(std::string_view word) {
  return !word.empty() && word.find_first_not_of("0123456789-,") == word.npos;
}

// Why the words do not fit; empty: they do.
std::string misfit(const SysctlRange& range, std::span<const std::string_view> words) {
  if (range.values == 0)
    return words.size() == 1 && is_cpu_list(words[0]) ? "" : "expected a list of CPUs, as 0-3,8";
  if (words.size() != range.values)
    return "expected " + std::to_string(range.values) +
           (range.values == 1 ? " number" : " numbers");
  for (const std::string_view word : words) {
    const NumberScan value = scan_number(word);
    if (value.outcome != NumberScan::Outcome::number || value.value < range.least ||
        value.value > range.most)
      return "expected a number from " + std::to_string(range.least) + " to " +
             std::to_string(range.most);
  }
  return {};
}

}  // namespace

void add_sysctl(Compiler& c, const Statement& line) {
  const auto report = [&](std::string_view word, std::string why, std::string hint) {
    c.problems().report(Code::bad_argument, c.reader().span(word), std::move(why), std::move(hint));
  };
  const std::string_view name = line.words[0];
  const SysctlRange* const range = sysctl_range(name);
  if (range == nullptr) {
    const auto near = nearest(name, sysctl_names());
    return report(name, quoted(name) + " is no sysctl below net.ipv4.vs",
                  near.empty() ? "" : "did you mean " + quoted(near) + "?");
  }
  const auto words = line.words.subspan(1);
  if (words.empty()) return report(name, quoted(name) + " needs a value", misfit(*range, words));
  if (std::string why = misfit(*range, words); !why.empty())
    return report(words[0], quoted(words[0]) + " does not fit here", std::move(why));

  std::string value(words[0]);
  for (const std::string_view more : words.subspan(1))
    value += " " + std::string(more);
  auto& sysctls = c.config().global.sysctls;
  std::erase_if(sysctls, [&](const Sysctl& known) { return known.name == name; });
  sysctls.push_back({std::string(name), std::move(value)});
}

}  // namespace lvsd
