#include "config/intern.h"

#include <string>
#include <type_traits>
#include <utility>

#include "model/config.h"

namespace lvsd {

namespace {

// Equal values have equal hashes; what usually tells values apart is mixed in, not everything.
class Mixer {
 public:
  void add(std::size_t value) { sum_ = (sum_ ^ value) * 0x9e3779b97f4a7c15U + (sum_ >> 31); }
  void add(const std::string& text) { add(std::hash<std::string>()(text)); }
  void add(Duration time) { add(static_cast<std::size_t>(time.count())); }
  void add(const Script& script) {
    for (const std::string& word : script.argv)
      add(word);
  }
  std::size_t sum() const { return sum_; }

 private:
  std::size_t sum_ = 0;
};

struct MixProbe {
  Mixer& mixer;

  void operator()(const TcpCheck&) const {}
  void operator()(const PingCheck&) const {}
  void operator()(const HttpCheck& check) const {
    mixer.add(check.virtualhost);
    for (const HttpUrl& url : check.urls) {
      mixer.add(url.path);
      mixer.add(url.digest);
    }
  }
  void operator()(const SmtpCheck& check) const { mixer.add(check.helo_name); }
  void operator()(const DnsCheck& check) const { mixer.add(check.name); }
  void operator()(const UdpCheck& check) const { mixer.add(check.payload.size()); }
  void operator()(const MiscCheck& check) const { mixer.add(check.script); }
  void operator()(const FileCheck& check) const { mixer.add(check.track_file); }
  void operator()(const BfdCheck& check) const { mixer.add(check.instance); }
  void operator()(const AgentCheck& check) const { mixer.add(check.send); }
};

std::size_t hash(const CheckSettings& settings) {
  Mixer mixer;
  mixer.add(settings.probe.index());
  mixer.add(settings.policy.delay_loop);
  mixer.add(settings.policy.connect_timeout);
  mixer.add(settings.policy.delay_before_retry);
  mixer.add(settings.policy.retry);
  std::visit(MixProbe{mixer}, settings.probe);
  return mixer.sum();
}

std::size_t hash(const ServerPolicy& policy) {
  Mixer mixer;
  mixer.add(policy.notify_up);
  mixer.add(policy.notify_down);
  mixer.add(policy.drain_timeout);
  mixer.add(policy.slow_start);
  return mixer.sum();
}

template <class Value, class Map>
std::shared_ptr<const Value> shared(Map& map, Value value) {
  const std::size_t key = hash(value);
  const auto [begin, end] = map.equal_range(key);
  for (auto known = begin; known != end; ++known)
    if (*known->second == value) return known->second;
  return map.emplace(key, std::make_shared<const Value>(std::move(value)))->second;
}

}  // namespace

std::shared_ptr<const CheckSettings> Intern::operator()(CheckSettings settings) {
  return shared(checks_, std::move(settings));
}

std::shared_ptr<const ServerPolicy> Intern::operator()(ServerPolicy policy) {
  if (policy == *RealServer::default_policy()) return RealServer::default_policy();
  return shared(policies_, std::move(policy));
}

}  // namespace lvsd
