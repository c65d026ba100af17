// What Asio and Beast compile once for all who include them.
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
