# frozen_string_literal: true

require 'digest'
require 'contenders'
require 'report'
require 'ticker'

# What a maximum shows is else the machine's other processes. Root's privilege: without it, as it is.
begin
  Process.setpriority(Process::PRIO_PROCESS, 0, -20)
rescue Errno::EACCES, Errno::EPERM
  warn 'not root: what else the machine does shows in the pauses'
end

ours = Contenders::Ours.new
body = ('a' * (20 << 20)).freeze
began = Process.clock_gettime(Process::CLOCK_MONOTONIC)
ours.sign(body)
as_long = Process.clock_gettime(Process::CLOCK_MONOTONIC) - began
companions = {
  'sleeping as long' => -> { sleep as_long },
  'signing 20 MB with this gem' => -> { ours.sign(body) },
  'hashing 20 MB with Digest' => -> { Digest::SHA256.digest(body) }
}
seconds = companions.transform_values { [] }
15.times { companions.each { |name, work| seconds[name] << Ticker.longest_pauses(beside: work) } }

# @return [Float] what so many of a hundred pauses do not pass
def quantile(pauses, percent)
  pauses.sort[(pauses.size * percent / 100.0).ceil - 1]
end

once = seconds.transform_values(&:flatten)
Report.heading('The longest pause of a thread beside another')
rows = seconds.map do |name, all|
  longest = all.map(&:max)
  shown = [50, 95, 99].map { |percent| quantile(once[name], percent) } + [quantile(longest, 50), longest.max]
  [name, *shown.map { |pause| Report.duration(pause) }]
end
Report.table(['what the other does', 'while it does so once: median', '95 of 100', '99 of 100',
              'in a second: median', 'most'], rows)
# The machine keeps a thread waiting now and then, whatever the others do: that is not the signature's.
signing, sleeping = once.values_at('signing 20 MB with this gem', 'sleeping as long').map { |all| quantile(all, 99) }
added = [signing - sleeping, 0].max
Report.target("in 99 of 100 signatures of 20 MB no more than #{Report.duration(signing)}, beside a sleeping thread " \
              "#{Report.duration(sleeping)}: #{Report.duration(added)} more (at most 2 ms)", added <= 0.002)
