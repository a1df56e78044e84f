# frozen_string_literal: true

require 'digest'
require 'contenders'
require 'report'
require 'rounds'
require 'ticker'

# What a maximum shows is else the machine's other processes. Root's privilege: without it, as it is.
begin
  Process.setpriority(Process::PRIO_PROCESS, 0, -20)
rescue Errno::EACCES, Errno::EPERM
  warn 'not root: what else the machine does shows in the pauses'
end

ours = Contenders::Ours.new
body = ('a' * (20 << 20)).freeze
companions = {
  'sleeping' => -> { sleep 0.02 },
  'signing 20 MB with this gem' => -> { ours.sign(body) },
  'hashing 20 MB with Digest' => -> { Digest::SHA256.digest(body) }
}
pauses = companions.transform_values { [] }
15.times { companions.each { |name, work| pauses[name] << Ticker.longest_pause(beside: work) } }

Report.heading('The longest pause of a thread beside another in a second')
Report.table(['the other is', 'least', 'median', 'most'],
             pauses.map do |name, longest|
               [name, *[longest.min, Rounds.median(longest), longest.max].map { |pause| Report.duration(pause) }]
             end)
longest = Rounds.median(pauses['signing 20 MB with this gem'])
Report.target("#{Report.duration(longest)} beside a thread that signs 20 MB (at most 2 ms)", longest <= 0.002)
