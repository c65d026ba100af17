#include "daemon/ready_probe.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "base/pattern.h"
#include "base/printable.h"
#include "daemon/probe_agent.h"
#include "daemon/probe_datagram.h"
#include "daemon/probe_http.h"
#include "daemon/probe_smtp.h"
#include "daemon/probe_socket.h"
#include "daemon/probe_tcp.h"
#include "health/rotation.h"
#include "health/script_check.h"

namespace lvsd {

namespace asio = boost::asio;
using namespace std::chrono_literals;

ProbeKit::ProbeKit(asio::any_io_executor executor)
    : slots_(executor, settings_.max_scripts), files_(executor) {}

void ProbeKit::set(ProbeSettings settings) {
  settings_ = std::move(settings);
  slots_.set_count(settings_.max_scripts);
  contexts_.clear();
  http_probes_.clear();
  ++generation_;
}

const Result<TlsContext>& ProbeKit::tls_context(bool verify, TlsVersion minimum) {
  const auto key = std::pair(verify, minimum);
  const auto found = contexts_.find(key);
  if (found != contexts_.end()) return found->second;
  return contexts_.emplace(key, make_tls_context(settings_.tls, verify, minimum)).first->second;
}

Result<std::shared_ptr<const HttpProbe>> ProbeKit::http_probe(const HttpCheck& check) {
  auto& known = http_probes_[&check];
  if (auto probe = known.lock()) return probe;
  TlsContext context;
  if (check.tls) {
    const auto& made = tls_context(check.verify, check.tls_minimum);
    if (!made) return made.error();
    context = *made;
  }
  auto probe = std::make_shared<const HttpProbe>(check, std::move(context));
  known = probe;
  if (http_probes_.size() > sweep_at_) {
    std::erase_if(http_probes_, [](const auto& entry) { return entry.second.expired(); });
    sweep_at_ = 2 * http_probes_.size() + 64;
  }
  return probe;
}

namespace {

Duration timeout(const Check& check) {
  return check.settings->policy.connect_timeout;
}

// A kind that takes nothing along from run to run: one is enough for all its checks.
template <class Run>
class PlainProbe : public ReadyProbe {
 public:
  asio::awaitable<Observation> run(const Check& check, ProbeKit& kit) override {
    return Run()(check, kit);
  }
};

template <class Run>
std::shared_ptr<ReadyProbe> plain(Run) {
  static const auto one = std::make_shared<PlainProbe<Run>>();
  return one;
}

class TcpDialogueProbe : public ReadyProbe {
 public:
  explicit TcpDialogueProbe(const TcpCheck& settings)
      : settings_(settings), expected_(settings.expect, "") {}
  asio::awaitable<Observation> run(const Check& check, ProbeKit&) override {
    return probe_tcp_dialogue(settings_, expected_, check.target, timeout(check));
  }

 private:
  const TcpCheck& settings_;
  Pattern expected_;
};

class RotatingHttpProbe : public ReadyProbe {
 public:
  explicit RotatingHttpProbe(const HttpCheck& settings) : settings_(settings) {}

  asio::awaitable<Observation> run(const Check& check, ProbeKit& kit) override {
    if (const auto failure = renew(kit))
      co_return Attempt().observation({CheckResult::socket_error, 0, *failure});
    Observation seen = co_await probe_->run(rotation_.next, check.target, timeout(check));
    seen.partial = is_partial(rotation_, urls());
    co_return seen;
  }

  bool learn(const CheckHealth& before, const CheckHealth& after) override {
    if (!probe_) return false;
    rotation_ = rotated(rotation_, urls(), before, after);
    return settings_.fast_recovery && hurries(after);
  }

 private:
  std::uint32_t urls() const { return static_cast<std::uint32_t>(settings_.urls.size()); }

  // Takes the probe of the settings as they are now. Returns why there is none.
  std::optional<std::string> renew(ProbeKit& kit) {
    if (probe_ && generation_ == kit.generation()) return std::nullopt;
    generation_ = kit.generation();
    probe_.reset();
    auto made = kit.http_probe(settings_);
    if (!made) return printable(text(made.error()), 200);
    probe_ = *std::move(made);
    return std::nullopt;
  }

  const HttpCheck& settings_;
  std::uint64_t generation_ = 0;
  std::shared_ptr<const HttpProbe> probe_;
  Rotation rotation_;
};

// Runs when its file changes, and in its interval as well.
class FileProbe : public ReadyProbe {
 public:
  FileProbe(const FileCheck& settings, ProbeKit& kit, std::function<void()> hurry)
      : settings_(settings), watch_(kit.files().watch(settings.path, std::move(hurry))) {}

  asio::awaitable<Observation> run(const Check&, ProbeKit&) override {
    const Attempt attempt;
    const ScriptWord word = file_word(settings_, small_file(settings_.path));
    Observation seen = attempt.observation(word.judgement);
    seen.weight = word.weight;
    ran_ = true;
    co_return seen;
  }

  // The first run is at once: what the file says holds from the start (keepalived). A file whose
  // changes are not told is looked at often.
  Time next_run(Time due) override {
    const Time now = std::chrono::steady_clock::now();
    if (!ran_) return now;
    return watch_.renew() ? due : std::min(due, now + 1s);
  }

 private:
  const FileCheck& settings_;
  FileWatch::Watch watch_;
  bool ran_ = false;
};

// Nothing runs and nothing is known (BFD_CHECK: the file's diagnostics say so).
class NeverProbe : public ReadyProbe {
 public:
  asio::awaitable<Observation> run(const Check&, ProbeKit&) override {
    co_return Attempt().observation({CheckResult::socket_error, 0, "this check cannot be run yet"});
  }
  Time next_run(Time) override { return Time::max(); }
};

struct Readying {
  ProbeKit& kit;
  std::function<void()>& hurry;
  using Made = std::shared_ptr<ReadyProbe>;

  template <class Settings>
  static const Settings& of(const Check& check) {
    return std::get<Settings>(check.settings->probe);
  }

  Made operator()(const TcpCheck& settings) const {
    if (!settings.send.empty() || !settings.expect.empty())
      return std::make_shared<TcpDialogueProbe>(settings);
    return plain([](const Check& its, ProbeKit&) { return probe_tcp(its.target, timeout(its)); });
  }
  Made operator()(const HttpCheck& settings) const {
    return std::make_shared<RotatingHttpProbe>(settings);
  }
  Made operator()(const SmtpCheck&) const {
    return plain([](const Check& its, ProbeKit&) {
      return probe_smtp(of<SmtpCheck>(its), its.target, timeout(its));
    });
  }
  Made operator()(const DnsCheck&) const {
    return plain([](const Check& its, ProbeKit&) {
      return probe_dns(of<DnsCheck>(its), its.target, timeout(its));
    });
  }
  Made operator()(const UdpCheck&) const {
    return plain([](const Check& its, ProbeKit&) {
      return probe_udp(of<UdpCheck>(its), its.target, timeout(its));
    });
  }
  Made operator()(const PingCheck&) const {
    return plain([](const Check& its, ProbeKit&) { return probe_ping(its.target, timeout(its)); });
  }
  Made operator()(const MiscCheck&) const {
    return plain([](const Check& its, ProbeKit& its_kit) {
      return probe_script(of<MiscCheck>(its), its.target, its_kit.settings().scripts,
                          its_kit.slots());
    });
  }
  Made operator()(const FileCheck& settings) const {
    return std::make_shared<FileProbe>(settings, kit, std::move(hurry));
  }
  Made operator()(const AgentCheck&) const {
    return plain([](const Check& its, ProbeKit&) {
      return probe_agent(of<AgentCheck>(its), its.target, timeout(its));
    });
  }
  Made operator()(const BfdCheck&) const { return std::make_shared<NeverProbe>(); }
};

}  // namespace

std::shared_ptr<ReadyProbe> ready_probe(const Check& check, ProbeKit& kit,
                                        std::function<void()> hurry) {
  return std::visit(Readying{kit, hurry}, check.settings->probe);
}

}  // namespace lvsd
