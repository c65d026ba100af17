#include "daemon/netlink_kernel.h"

#include <algorithm>
#include <cerrno>

#include "daemon/kernel_error.h"
#include "netlink/control_codec.h"
#include "netlink/refusal.h"

namespace lvsd {

namespace {

// The kernel's answer to a whole question, or to one change.
Result<void> verdict(std::string_view attempt, const Message& message) {
  const auto errno_value = verdict_of(message);
  if (!errno_value) return Error{kernel_errc::bad_answer, std::string(attempt)};
  if (*errno_value != 0) return refusal(attempt, *errno_value);
  return {};
}

// What generic netlink itself answers to a family number that is nobody's, or that another family
// has got; IPVS has both answers of its own as well.
bool may_be_stale_family(const std::error_code& code) {
  return code == std::errc::no_such_file_or_directory || code == std::errc::operation_not_supported;
}

template <class AnyOp>
void fail_all(std::span<const AnyOp> ops, std::size_t first, const Error& error,
              std::vector<OpFailure>& failures) {
  for (std::size_t i = 0; i < ops.size(); ++i)
    failures.push_back({first + i, within(text(ops[i]), error)});
}

// What became of each change of a batch.
class BatchOutcome {
 public:
  BatchOutcome(std::uint32_t first_sequence, std::size_t size)
      : first_sequence_(first_sequence), errnos_(size) {}

  // Whether this was the answer to the last one: the only one that is asked for, since the kernel
  // works in order and says of every failure without being asked.
  bool take(const Message& message) {
    if (message.type != NLMSG_ERROR) return false;
    const std::size_t op = message.sequence - first_sequence_;
    errnos_[op] = verdict_of(message).value_or(EBADMSG);
    return op + 1 == errnos_.size();
  }

  std::vector<int>& errnos() { return errnos_; }

 private:
  std::uint32_t first_sequence_;
  std::vector<int> errnos_;  // 0: done, or nothing heard
};

}  // namespace

NetlinkKernel::NetlinkKernel(NetlinkSession::Connect connect, const NetlinkOptions& options)
    : session_(std::move(connect), options.timeout), options_(options) {}

Result<std::unique_ptr<NetlinkKernel>> NetlinkKernel::open(NetlinkSession::Connect connect,
                                                           const NetlinkOptions& options) {
  std::unique_ptr<NetlinkKernel> kernel(new NetlinkKernel(std::move(connect), options));
  // Resolving the family needs no capability; this does.
  if (const auto info = kernel->info(); !info) return info.error();
  return kernel;
}

Result<void> NetlinkKernel::ask(std::string_view attempt, std::uint16_t flags, const Write& write,
                                const Take& take) {
  const auto family = session_.family();
  if (!family) return within(attempt, family.error());
  const RequestHeader header{*family, session_.sequences(1), flags};
  requests_.clear();
  write(requests_, header);

  Result<void> outcome;
  const auto exchanged =
      session_.exchange(requests_, header.sequence, 1, [&](const Message& message) {
        const bool end = message.type == NLMSG_DONE || message.type == NLMSG_ERROR;
        if (!outcome) return end;
        if (end)
          outcome = verdict(attempt, message);
        else if ((message.flags & NLM_F_DUMP_INTR) != 0)
          outcome = Error{kernel_errc::bad_answer, std::string(attempt) + ": interrupted"};
        else
          outcome = take(message);
        return end || (flags & NLM_F_DUMP) == 0;
      });
  if (!exchanged) return within(attempt, exchanged.error());
  return outcome;
}

bool NetlinkKernel::may_pass(const Error& error) {
  if (may_be_stale_family(error.code)) return session_.family_changed();
  if (error.code == std::errc::device_or_resource_busy) session_.disconnect();
  return error.code == kernel_errc::bad_answer ||
         error.code == std::errc::device_or_resource_busy ||
         error.code == std::errc::no_buffer_space || error.code == std::errc::interrupted;
}

template <class Attempt>
auto NetlinkKernel::repeated(Attempt attempt) -> decltype(attempt()) {
  for (int i = 1;; ++i) {
    auto result = attempt();
    if (result || i >= options_.dump_attempts || !may_pass(result.error())) return result;
  }
}

Result<KernelInfo> NetlinkKernel::info() {
  return repeated([this]() -> Result<KernelInfo> {
    KernelInfo info;
    const auto asked =
        ask("asking for the IPVS version", 0, append_get_info, [&info](const Message& message) {
          const auto answer = ipvs_info(message);
          if (!answer) return Result<void>(answer.error());
          info = {answer->version, answer->connection_table_size};
          return Result<void>();
        });
    if (!asked) return asked.error();
    return info;
  });
}

Result<Snapshot> NetlinkKernel::dump() {
  return repeated([this] { return dump_once(); });
}

Result<std::optional<ServiceSnapshot>> NetlinkKernel::dump(const ServiceKey& key) {
  return repeated([this, &key] { return dump_once(key); });
}

Result<Snapshot> NetlinkKernel::dump_once() {
  const auto entries = services();
  if (!entries) return entries.error();
  Snapshot snapshot;
  for (const ServiceEntry& entry : *entries) {
    ServiceSnapshot found{entry.settings, entry.traffic, {}};
    if (const auto read = read_destinations(entry.key, found); !read) return read.error();
    if (found.destinations.empty()) {
      // A service that went meanwhile has an empty list as well.
      const auto still = service(entry.key);
      if (!still) return still.error();
      if (!*still) continue;
    }
    snapshot.insert_or_assign(entry.key, std::move(found));
  }
  return snapshot;
}

Result<std::optional<ServiceSnapshot>> NetlinkKernel::dump_once(const ServiceKey& key) {
  const auto entry = service(key);
  if (!entry) return entry.error();
  if (!*entry) return std::optional<ServiceSnapshot>();
  ServiceSnapshot found{(*entry)->settings, (*entry)->traffic, {}};
  if (const auto read = read_destinations(key, found); !read) return read.error();
  if (found.destinations.empty()) {
    const auto still = service(key);
    if (!still) return still.error();
    if (!*still) return std::optional<ServiceSnapshot>();
  }
  return std::optional(std::move(found));
}

Result<std::vector<ServiceEntry>> NetlinkKernel::services() {
  std::vector<ServiceEntry> entries;
  const auto asked = ask("listing the services", NLM_F_DUMP, append_get_services,
                         [&entries](const Message& message) -> Result<void> {
                           auto entry = service_entry(message);
                           if (entry)
                             entries.push_back(std::move(*entry));
                           else if (entry.error().code != codec_errc::unnameable)
                             return entry.error();
                           return {};
                         });
  if (!asked) return asked.error();
  return entries;
}

Result<std::optional<ServiceEntry>> NetlinkKernel::service(const ServiceKey& key) {
  std::optional<ServiceEntry> found;
  const auto asked = ask(
      "reading " + text(key), 0,
      [&key](Bytes& out, const RequestHeader& header) { append_get_service(out, header, key); },
      [&found](const Message& message) -> Result<void> {
        auto entry = service_entry(message);
        if (!entry) return entry.error();
        found = std::move(*entry);
        return {};
      });
  if (!asked && asked.error().code != std::errc::no_such_process) return asked.error();
  return found;
}

Result<void> NetlinkKernel::read_destinations(const ServiceKey& key, ServiceSnapshot& into) {
  // Sorted once at the end: the kernel lists the newest first.
  decltype(into.destinations)::sequence_type entries;
  const auto asked = ask(
      "listing the destinations of " + text(key), NLM_F_DUMP,
      [&key](Bytes& out, const RequestHeader& header) {
        append_get_destinations(out, header, key);
      },
      [&](const Message& message) -> Result<void> {
        const auto entry = destination_entry(message, key.family);
        if (!entry) return entry.error();
        entries.emplace_back(entry->key, DestinationSnapshot{entry->settings, entry->counters});
        return {};
      });
  into.destinations.adopt_sequence(std::move(entries));
  return asked;
}

Result<Controls> NetlinkKernel::controls() {
  return repeated([this]() -> Result<Controls> {
    Controls controls;
    const auto timeouts = ask("reading the timeouts", 0, append_get_timeouts,
                              [&controls](const Message& message) -> Result<void> {
                                const auto answer = timeouts_entry(message);
                                if (!answer) return answer.error();
                                controls.timeouts = *answer;
                                return {};
                              });
    if (!timeouts) return timeouts.error();
    const auto sync = ask("listing the sync daemons", NLM_F_DUMP, append_get_sync,
                          [&controls](const Message& message) -> Result<void> {
                            const auto answer = sync_entry(message);
                            if (!answer) return answer.error();
                            controls.sync.insert(*answer);
                            return {};
                          });
    if (!sync) return sync.error();
    return controls;
  });
}

std::vector<OpFailure> NetlinkKernel::apply(const Plan& plan) {
  return apply_all(std::span(plan));
}

template <class AnyOp>
std::vector<OpFailure> NetlinkKernel::apply_all(std::span<const AnyOp> ops) {
  std::vector<OpFailure> failures;
  for (std::size_t at = 0; at < ops.size();) {
    const auto batch = ops.subspan(at, std::min<std::size_t>(options_.batch, ops.size() - at));
    const bool go_on = apply_batch(batch, at, failures);
    at += batch.size();
    if (!go_on) {
      fail_all(ops.subspan(at), at, Error{kernel_errc::not_attempted, {}}, failures);
      break;
    }
  }
  return failures;
}

template <class AnyOp>
bool NetlinkKernel::apply_batch(std::span<const AnyOp> batch, std::size_t first,
                                std::vector<OpFailure>& failures) {
  const auto family = session_.family();
  if (!family) {
    fail_all(batch, first, family.error(), failures);
    return false;
  }
  const auto size = static_cast<std::uint32_t>(batch.size());
  const std::uint32_t sequence = session_.sequences(size);
  requests_.clear();
  for (std::uint32_t i = 0; i < size; ++i) {
    const std::uint16_t flags = i + 1 == size ? NLM_F_ACK : 0;
    append_request(requests_, {*family, sequence + i, flags}, batch[i]);
  }

  const Time start = Time::clock::now();
  BatchOutcome outcome(sequence, batch.size());
  const auto exchanged =
      session_.exchange(requests_, sequence, size,
                        [&outcome](const Message& message) { return outcome.take(message); });
  const bool stale = exchanged &&
                     std::ranges::any_of(outcome.errnos(),
                                         [](int value) {
                                           return may_be_stale_family({value, errno_category()});
                                         }) &&
                     session_.family_changed();

  for (std::size_t i = 0; i < batch.size(); ++i) {
    const int value = outcome.errnos()[i];
    if (stale && may_be_stale_family({value, errno_category()}))
      failures.push_back(
          {first + i, within(text(batch[i]), Error{kernel_errc::module_reloaded, {}})});
    else if (value != 0)
      failures.push_back({first + i, refusal(batch[i], value)});
    else if (!exchanged)
      failures.push_back({first + i, within(text(batch[i]), Error{kernel_errc::unknown_outcome,
                                                                  exchanged.error().context})});
  }
  return exchanged && !stale && Time::clock::now() - start < session_.timeout();
}

std::vector<OpFailure> NetlinkKernel::apply(const ControlPlan& plan) {
  auto failures = apply_all(std::span(plan));
  // The kernel may let the result of the daemon's own thread out (EAGAIN) though it has ended.
  const auto may_have_stopped = [&plan](const OpFailure& failure) {
    return std::holds_alternative<StopSync>(plan[failure.op]) &&
           failure.error.code == std::errc::resource_unavailable_try_again;
  };
  if (std::ranges::none_of(failures, may_have_stopped)) return failures;
  if (const auto now = controls()) {
    std::erase_if(failures, [&](const OpFailure& failure) {
      return may_have_stopped(failure) &&
             !now->sync.contains(std::get<StopSync>(plan[failure.op]).role);
    });
  }
  return failures;
}

}  // namespace lvsd
