#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "daemon/file_watch.h"
#include "daemon/probe_http.h"
#include "daemon/probe_script.h"
#include "daemon/probe_tls.h"
#include "model/check.h"
#include "model/health.h"
#include "model/probe_settings.h"

namespace lvsd {

// What the probes of a process share.
class ProbeKit {
 public:
  explicit ProbeKit(boost::asio::any_io_executor executor);

  // Holds for every run from now on.
  void set(ProbeSettings settings);

  // Changes with every set().
  std::uint64_t generation() const { return generation_; }
  const ProbeSettings& settings() const { return settings_; }
  ScriptSlots& slots() { return slots_; }
  FileWatch& files() { return files_; }
  // Shared by all checks with these settings. REQUIRES: who has it keeps `check`.
  Result<std::shared_ptr<const HttpProbe>> http_probe(const HttpCheck& check);

 private:
  ProbeSettings settings_;
  std::uint64_t generation_ = 0;
  ScriptSlots slots_;
  FileWatch files_;
  const Result<TlsContext>& tls_context(bool verify, TlsVersion minimum);

  std::map<std::pair<bool, TlsVersion>, Result<TlsContext>> contexts_;
  std::map<const HttpCheck*, std::weak_ptr<const HttpProbe>> http_probes_;
  std::size_t sweep_at_ = 64;  // when those that are not used any more are looked for
};

// A check made ready for its runs, of which there is one at a time.
class ReadyProbe {
 public:
  virtual ~ReadyProbe() = default;

  // REQUIRES: `check` and `kit` are those it was made for.
  virtual boost::asio::awaitable<Observation> run(const Check& check, ProbeKit& kit) = 0;

  // What its last run has made of the health of the check. Whether to run again at once.
  virtual bool learn(const CheckHealth& /*before*/, const CheckHealth& /*after*/) { return false; }

  // When it is to run next, where its interval has it at `due`; Time::max(): not by itself.
  virtual Time next_run(Time due) { return due; }
};

// Those that take nothing along from run to run are one for all checks of their kind.
// Calls `hurry` when it is to run now, whatever its interval says.
// REQUIRES: `kit` outlives it, and `check` as well.
std::shared_ptr<ReadyProbe> ready_probe(const Check& check, ProbeKit& kit,
                                        std::function<void()> hurry);

}  // namespace lvsd
