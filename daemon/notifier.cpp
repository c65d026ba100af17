#include "daemon/notifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "daemon/die_of.h"
#include "daemon/log.h"

namespace lvsd {

namespace asio = boost::asio;
using namespace std::chrono_literals;

struct Notifier::Fifo {
  Fifo(const asio::any_io_executor& strand, NotifyFifo how, NotifyPipe open)
      : settings(std::move(how)), pipe(std::move(open)), wake(strand, Time::max()) {}

  void stop() {
    stopped = true;
    reader.reset();
    wake.cancel();
  }

  const NotifyFifo settings;
  NotifyPipe pipe;
  std::uint64_t lost = 0;  // lines, since one was written
  bool stopped = false;
  KeptProgram reader;
  asio::steady_timer wake;  // cancelled when something becomes of the reader
};

namespace {

constexpr Duration shortest_pause = 1s;  // between the end of a FIFO's reader and its next start
constexpr Duration longest_pause = 60s;

}  // namespace

Notifier::Notifier(asio::any_io_executor strand, SideThread& files, RunProgram run_program,
                   KeepProgram keep_program)
    : strand_(strand),
      files_(files),
      run_program_(std::move(run_program)),
      keep_program_(std::move(keep_program)),
      idle_(strand, Time::max()) {}

Notifier::~Notifier() {
  for (const auto& fifo : fifos_)
    fifo->stop();
}

// ---- scripts

void Notifier::tell(const Notices& notices) {
  for (const Notice& notice : notices) {
    for (const auto& fifo : fifos_)
      write(*fifo, notice);
    if (notice.script.empty()) continue;
    const auto [entry, is_idle] = waiting_.try_emplace(notice.object);
    Waiting& waiting = entry->second;
    if (waiting.size() >= most_waiting) {
      log(Level::warning,
          fmt::format("{} is left out: the scripts before it take too long", waiting[1].what),
          {.kind = EventKind::notifier});
      waiting.erase(waiting.begin() + 1);  // the first one runs
    }
    waiting.push_back(notice);
    if (is_idle) asio::co_spawn(strand_, run_all(notice.object), die_of);
  }
}

asio::awaitable<void> Notifier::run_all(std::string object) {
  Waiting& waiting = waiting_[object];
  while (!waiting.empty()) {
    const Notice notice = waiting.front();
    co_await run(notice);
    waiting.pop_front();
  }
  waiting_.erase(object);
  if (waiting_.empty()) idle_.cancel();
}

asio::awaitable<void> Notifier::run(const Notice& notice) {
  struct Waiter {
    explicit Waiter(const asio::any_io_executor& strand) : over(strand, Time::max()) {}
    asio::steady_timer over;  // cancelled when the outcome is there
    std::optional<ProgramRun> run;
  };
  const auto waiter = std::make_shared<Waiter>(strand_);
  run_program_(notice.script, script_limit, [waiter](const ProgramRun& run) {
    waiter->run = run;
    waiter->over.cancel();
  });
  while (!waiter->run)
    co_await waiter->over.async_wait(asio::as_tuple(asio::use_awaitable));
  const std::string why = complaint(*waiter->run);
  if (!why.empty())
    log(Level::warning, fmt::format("{} {}", notice.what, why),
        {.kind = EventKind::notifier, .reason = why});
}

asio::awaitable<void> Notifier::finished(Time deadline) {
  idle_.expires_at(deadline);
  while (!waiting_.empty() && std::chrono::steady_clock::now() < deadline)
    co_await idle_.async_wait(asio::as_tuple(asio::use_awaitable));
}

// ---- FIFOs

asio::awaitable<void> Notifier::set(const GlobalSettings& global) {
  std::vector<std::shared_ptr<Fifo>> next;
  for (const NotifyFifo* settings : {&global.lvs_fifo, &global.fifo}) {
    if (settings->path.empty()) continue;
    const auto same = std::find_if(fifos_.begin(), fifos_.end(),
                                   [&](const auto& fifo) { return fifo->settings == *settings; });
    // Those there are go on until all is ready: events come meanwhile.
    if (same != fifos_.end())
      next.push_back(*same);
    else if (auto fifo = co_await opened(*settings))
      next.push_back(std::move(fifo));
  }
  for (const auto& fifo : std::exchange(fifos_, next)) {
    if (std::find(next.begin(), next.end(), fifo) == next.end()) fifo->stop();
  }
}

asio::awaitable<std::shared_ptr<Notifier::Fifo>> Notifier::opened(NotifyFifo settings) {
  const auto open_it = [settings] { return NotifyPipe::open(settings); };
  auto pipe = co_await files_.run(open_it);
  if (!pipe) {
    log(Level::error, fmt::format("Nobody is notified by it: {}", text(pipe.error())),
        {.kind = EventKind::notifier});
    co_return nullptr;
  }
  const auto fifo = std::make_shared<Fifo>(strand_, settings, std::move(*pipe));
  if (!settings.script.empty()) asio::co_spawn(strand_, keep_reader(fifo), die_of);
  co_return fifo;
}

void Notifier::write(Fifo& fifo, const Notice& notice) const {
  if (!fifo.pipe.write(notice.line + "\n")) {
    if (fifo.lost++ == 0)
      log(Level::warning,
          fmt::format("The FIFO '{}' is full, its lines are lost: is it read?", fifo.settings.path),
          {.kind = EventKind::notifier});
  } else if (fifo.lost != 0) {
    log(Level::notice,
        fmt::format("The FIFO '{}' is read again; {} lines were lost", fifo.settings.path,
                    std::exchange(fifo.lost, 0)),
        {.kind = EventKind::notifier});
  }
}

// The program that reads a FIFO lives as long as that is configured; one that ends is started
// again, with growing pauses if it ends soon.
asio::awaitable<void> Notifier::keep_reader(std::shared_ptr<Fifo> fifo) {
  Script script = fifo->settings.script;
  script.argv.push_back(fifo->settings.path);
  Duration pause = shortest_pause;
  while (!fifo->stopped) {
    const Time begun = std::chrono::steady_clock::now();
    const auto end = std::make_shared<std::optional<ProgramRun>>();
    fifo->reader = keep_program_(script, [fifo, end](const ProgramRun& run) {
      *end = run;
      fifo->wake.cancel();
    });
    fifo->wake.expires_at(Time::max());
    while (!*end && !fifo->stopped)
      co_await fifo->wake.async_wait(asio::as_tuple(asio::use_awaitable));
    if (fifo->stopped) co_return;
    fifo->reader.reset();
    if (std::chrono::steady_clock::now() - begun > longest_pause) pause = shortest_pause;
    const std::string complaint = lvsd::complaint(**end);
    const std::string why = complaint.empty() ? "has ended" : complaint;
    log(Level::warning,
        fmt::format("The reader of the FIFO '{}' {}. It is started again in {} s",
                    fifo->settings.path, why,
                    std::chrono::duration_cast<std::chrono::seconds>(pause).count()),
        {.kind = EventKind::notifier, .reason = why});
    fifo->wake.expires_after(pause);
    co_await fifo->wake.async_wait(asio::as_tuple(asio::use_awaitable));
    pause = std::min(pause * 2, longest_pause);
  }
}

}  // namespace lvsd
