#include "config/intern.h"

#include <string>
#include <type_traits>
#include <utility>

#include "model/config.h"

namespace lvsd {

namespace {

// Equal values have equal hashes; what usually tells values apart is mixed in, not everything.
// Beyond so many that have the same, nothing is looked for: only memory would be saved.
constexpr std::size_t most_tried = 16;

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

  void operator()(const TcpCheck& check) const {
    mixer.add(check.send);
    mixer.add(check.expect);
  }
  void operator()(const PingCheck&) const {}
  void operator()(const HttpCheck& check) const {
    mixer.add(check.virtualhost);
    for (const HttpUrl& url : check.urls) {
      mixer.add(url.path);
      mixer.add(url.digest);
      mixer.add(url.virtualhost);
      mixer.add(url.body.pattern);
    }
  }
  void operator()(const SmtpCheck& check) const { mixer.add(check.helo_name); }
  void operator()(const DnsCheck& check) const {
    mixer.add(check.name);
    mixer.add(check.answer);
  }
  void operator()(const UdpCheck& check) const {
    for (const std::uint8_t byte : check.payload)
      mixer.add(byte);
    for (const std::uint8_t byte : check.reply)
      mixer.add(byte);
  }
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
  mixer.add(settings.policy.rise);
  std::visit(MixProbe{mixer}, settings.probe);
  return mixer.sum();
}

std::size_t hash(const ServerPolicy& policy) {
  Mixer mixer;
  mixer.add(policy.notify_up);
  mixer.add(policy.notify_down);
  mixer.add(policy.drain_timeout);
  mixer.add(policy.slow_start);
  mixer.add(policy.preempt_delay);
  return mixer.sum();
}

template <class Value, class Map>
std::shared_ptr<const Value> shared(Map& map, Value value) {
  const std::size_t key = hash(value);
  auto& alike = map[key];
  for (const auto& known : alike)
    if (*known == value) return known;
  auto out = std::make_shared<const Value>(std::move(value));
  if (alike.size() < most_tried) alike.push_back(out);
  return out;
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
