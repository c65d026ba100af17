#include "config/settle_check.h"

#include <utility>

#include "config/compile.h"

namespace lvsd {

namespace {

struct Defaults {
  std::uint32_t retry = 1;
  std::optional<Duration> delay_before_retry = std::chrono::seconds(1);  // absent: delay_loop
};

// What a kind of check has where nothing is written (keepalived 2.7).
struct DefaultsOf {
  Defaults operator()(const TcpCheck&) const { return {}; }
  Defaults operator()(const HttpCheck&) const { return {1, std::chrono::seconds(3)}; }
  Defaults operator()(const SmtpCheck&) const { return {}; }
  Defaults operator()(const DnsCheck&) const { return {3, std::nullopt}; }
  Defaults operator()(const UdpCheck&) const { return {}; }
  Defaults operator()(const PingCheck&) const { return {}; }
  Defaults operator()(const MiscCheck&) const { return {0, std::chrono::seconds(1)}; }
  Defaults operator()(const FileCheck&) const { return {0, std::chrono::seconds(1)}; }
  Defaults operator()(const BfdCheck&) const { return {}; }
  Defaults operator()(const AgentCheck&) const { return {}; }
};

// What a kind of check makes use of; the rest stands at its default, so that equal checks are
// equal.
struct Uses {
  bool interval = true;
  bool connection = true;
  bool alpha = true;
};
struct UsesOf {
  template <class Kind>
  Uses operator()(const Kind&) const {
    return {};
  }
  Uses operator()(const MiscCheck&) const { return {true, false, true}; }
  Uses operator()(const FileCheck&) const { return {false, false, false}; }
  Uses operator()(const BfdCheck&) const { return {false, false, true}; }
};

}  // namespace

CheckPolicy default_policy(const Probe& probe, std::optional<Duration> delay_loop) {
  const Defaults defaults = std::visit(DefaultsOf{}, probe);
  CheckPolicy out;
  out.delay_loop = delay_loop.value_or(out.delay_loop);
  out.delay_before_retry = defaults.delay_before_retry.value_or(out.delay_loop);
  out.retry = defaults.retry;
  // keepalived counts a mail server's failures from none at every start (check_smtp.c).
  out.patient_start = std::holds_alternative<SmtpCheck>(probe);
  return out;
}

namespace {

class CheckSettler {
 public:
  CheckSettler(Compiler& compiler, CheckDraft& draft, const ServiceDraft& service,
               const ServerDraft& server)
      : compiler_(compiler), draft_(draft), service_(service), server_(server) {}

  std::optional<Check> settle(const Endpoint& endpoint) {
    CheckSettings settings{std::move(draft_.probe), policy()};
    complete(settings);
    Check out;
    out.origin = draft_.origin;
    out.target = draft_.target;
    if (std::visit(UsesOf{}, settings.probe).connection) {
      out.target.endpoint.address = draft_.connect_ip.value_or(endpoint.address);
      out.target.endpoint.port = draft_.connect_port != 0 ? draft_.connect_port : endpoint.port;
      if (!can_connect(out.target, settings.probe)) return std::nullopt;
    } else {
      out.target.endpoint = endpoint;
    }
    out.settings = compiler_.intern()(std::move(settings));
    return out;
  }

 private:
  template <class T>
  std::optional<T> inherited(std::optional<T> Timing::*member) const {
    if (const auto& own = draft_.timing.*member) return own;
    if (const auto& server = server_.timing.*member) return server;
    return service_.timing.*member;
  }

  CheckPolicy policy() const {
    const Uses uses = std::visit(UsesOf{}, draft_.probe);
    CheckPolicy out =
        default_policy(draft_.probe, uses.interval ? inherited(&Timing::delay_loop) : std::nullopt);
    if (uses.alpha) out.alpha = inherited(&Timing::alpha).value_or(out.alpha);
    if (uses.connection)
      out.connect_timeout = inherited(&Timing::connect_timeout).value_or(out.connect_timeout);
    if (!uses.interval) return out;
    out.delay_before_retry =
        inherited(&Timing::delay_before_retry).value_or(out.delay_before_retry);
    out.warmup = inherited(&Timing::warmup);
    out.fast_interval = inherited(&Timing::fast_interval);
    out.down_interval = inherited(&Timing::down_interval);
    out.retry = inherited(&Timing::retry).value_or(out.retry);
    out.rise = inherited(&Timing::rise).value_or(out.rise);
    out.log_all_failures = draft_.log_all_failures;
    return out;
  }

  // What the probe itself takes from above.
  void complete(CheckSettings& settings) const {
    if (auto* http = std::get_if<HttpCheck>(&settings.probe)) {
      if (http->virtualhost.empty()) http->virtualhost = server_.manner.virtualhost;
      if (http->virtualhost.empty()) http->virtualhost = service_.manner.virtualhost;
    }
    if (auto* misc = std::get_if<MiscCheck>(&settings.probe))
      misc->timeout = draft_.misc_timeout.value_or(settings.policy.delay_loop);
  }

  bool can_connect(const CheckTarget& target, const Probe& probe) {
    const Address& address = target.endpoint.address;
    if (target.bind_address && target.bind_address->family != address.family)
      return refuse("'bindto' is of another address family than what is checked", "");
    if (address.family == Family::v6 && is_link_local(address) && target.bind_interface.empty())
      return refuse("the address is link-local and needs 'bind_if'", "");
    if (target.endpoint.port == 0 && !std::holds_alternative<PingCheck>(probe))
      return refuse("there is no port to check", "write connect_port");
    return true;
  }

  bool refuse(std::string why, std::string hint) {
    compiler_.problems().report(Code::incomplete_check, draft_.where, std::move(why),
                                std::move(hint));
    return false;
  }

  Compiler& compiler_;
  CheckDraft& draft_;
  const ServiceDraft& service_;
  const ServerDraft& server_;
};

}  // namespace

std::optional<Check> settled_check(Compiler& compiler, CheckDraft& draft,
                                   const ServiceDraft& service, const ServerDraft& server,
                                   const Endpoint& endpoint) {
  return CheckSettler(compiler, draft, service, server).settle(endpoint);
}

}  // namespace lvsd
