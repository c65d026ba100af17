#include "daemon/connections.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <cerrno>
#include <exception>
#include <utility>

#include "daemon/network_namespace.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

constexpr std::size_t piece_size = 32768;   // of JSON, about
constexpr std::size_t text_size = 1048576;  // read for a piece at most
constexpr std::size_t read_size = 65536;

api::ConnectionView view_of(const Connection& connection) {
  const auto some = [](const std::string& word) {
    return word.empty() ? std::nullopt : std::optional(word);
  };
  return {.protocol = connection.protocol,
          .client = text(connection.client),
          .service = text(connection.service),
          .server = text(connection.server),
          .state = connection.state,
          .expires_seconds = connection.expires_seconds,
          .is_template = is_template(connection),
          .engine = some(connection.engine),
          .engine_data = some(connection.engine_data)};
}

}  // namespace

Result<std::shared_ptr<ConnectionList>> ConnectionList::open(
    const std::shared_ptr<const UniqueFd>& where) {
  if (const auto entered = enter_namespace(*where); !entered) return entered.error();
  UniqueFd file(::open("/proc/thread-self/net/ip_vs_conn", O_RDONLY | O_CLOEXEC));
  if (!file) return system_failure(errno, "opening the kernel's list of connections");
  return std::shared_ptr<ConnectionList>(new ConnectionList(std::move(file)));
}

void ConnectionList::select(ConnectionFilter filter, std::optional<api::Filter> terms,
                            std::uint64_t limit) {
  filter_ = std::move(filter);
  terms_ = std::move(terms);
  left_ = limit;
}

bool ConnectionList::refill() {
  std::array<char, read_size> chunk{};
  ssize_t got = 0;
  do
    got = ::read(file_.get(), chunk.data(), chunk.size());
  while (got < 0 && errno == EINTR);
  if (got <= 0) return false;
  text_.append(chunk.data(), static_cast<std::size_t>(got));
  return true;
}

bool ConnectionList::is_selected(const Connection& connection) const {
  if (!matches(filter_, connection)) return false;
  if (!terms_) return true;
  const api::ConnectionView view = view_of(connection);
  return terms_->holds(fields_of(view));
}

void ConnectionList::take(std::string_view line, std::string& out) {
  if (left_ == 0) return;
  const auto connection = parse_connection(line);
  if (!connection || !is_selected(*connection)) return;
  if (!std::exchange(is_first_, false)) out += ',';
  api::append_item(out, view_of(*connection));
  --left_;
}

// Reads on and gives whole lines to `take`. Returns how much that was.
template <class Take>
std::size_t ConnectionList::take_lines(Take take) {
  at_end_ = !refill();
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = text_.find('\n', begin)) != text_.npos; begin = end + 1)
    take(std::string_view(text_).substr(begin, end - begin));
  text_.erase(0, begin);
  return begin;
}

std::optional<std::string> ConnectionList::piece() {
  std::string out;
  std::size_t consumed = 0;
  while (!at_end_ && left_ != 0 && out.size() < piece_size && consumed < text_size)
    consumed += take_lines([&](std::string_view line) { take(line, out); });
  if (out.empty() && (at_end_ || left_ == 0)) return std::nullopt;
  return out;
}

bool ConnectionList::count(ConnectionCounts& counts) {
  for (std::size_t consumed = 0; !at_end_ && consumed < text_size;)
    consumed += take_lines([&](std::string_view line) {
      const auto connection = parse_connection(line);
      if (connection && is_selected(*connection)) counts.add(*connection);
    });
  return !at_end_;
}

namespace {

class ConnectionPieces final : public api::Pieces {
 public:
  ConnectionPieces(asio::any_io_executor strand, SideThread& thread, std::string closing,
                   std::shared_ptr<ConnectionList> list)
      : strand_(std::move(strand)),
        rest_(std::make_shared<Rest>(Rest{thread, std::move(list), std::move(closing)})) {}

  void next(Take take) override {
    // Ended without a word, it would leave the client waiting for ever.
    asio::co_spawn(strand_, pass_on(rest_, std::move(take)), [](const std::exception_ptr& failure) {
      if (failure) std::rethrow_exception(failure);
    });
  }

 private:
  struct Rest {
    SideThread& thread;
    std::shared_ptr<ConnectionList> list;  // null: all of it has been told
    std::string closing;
  };

  static asio::awaitable<void> pass_on(std::shared_ptr<Rest> rest, Take take) {
    if (!rest->list) {
      take(std::nullopt);
      co_return;
    }
    const auto make_it = [list = rest->list] { return list->piece(); };
    auto piece = co_await rest->thread.run(make_it);
    if (!piece) {
      rest->list.reset();
      piece = rest->closing;
    }
    take(std::move(piece));
  }

  asio::any_io_executor strand_;
  std::shared_ptr<Rest> rest_;
};

}  // namespace

std::shared_ptr<api::Pieces> connection_pieces(asio::any_io_executor strand, SideThread& thread,
                                               std::string closing,
                                               std::shared_ptr<ConnectionList> list) {
  return std::make_shared<ConnectionPieces>(std::move(strand), thread, std::move(closing),
                                            std::move(list));
}

}  // namespace lvsd
