#include "daemon/side_thread.h"

#include <pthread.h>
#include <signal.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <thread>

namespace lvsd {

namespace asio = boost::asio;

// What the thread uses; it outlives the SideThread when the thread is left behind.
struct SideThread::Thread {
  asio::io_context loop{1};
  asio::executor_work_guard<asio::io_context::executor_type> keep_running{loop.get_executor()};
  std::promise<void> ended;
  std::thread thread;
};

SideThread::SideThread(asio::any_io_executor strand, const char* name, Duration farewell)
    : strand_(std::make_shared<const asio::any_io_executor>(std::move(strand))),
      farewell_(farewell),
      thread_(std::make_shared<Thread>()) {
  // The signals of the process are the loop's.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_->thread = std::thread([thread = thread_] {
    thread->loop.run();
    thread->ended.set_value();
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_setname_np(thread_->thread.native_handle(), name);
}

SideThread::~SideThread() {
  // After this the thread finds no way back; if it is posting an answer just now, that takes
  // microseconds.
  const std::weak_ptr way_back = strand_;
  strand_.reset();
  while (!way_back.expired())
    std::this_thread::yield();

  thread_->loop.stop();
  if (thread_->ended.get_future().wait_for(farewell_) == std::future_status::ready)
    thread_->thread.join();
  else
    thread_->thread.detach();
}

void SideThread::post(std::function<void()> work) {
  asio::post(thread_->loop, std::move(work));
}

}  // namespace lvsd
