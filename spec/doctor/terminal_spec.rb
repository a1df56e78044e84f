# frozen_string_literal: true

require_relative '../support/doctor_context'

RSpec.describe 'bedrock-credentials at a terminal' do
  include_context 'with a doctor'

  let(:colour) { /\e\[\d+m/ }

  it 'has colours' do
    expect(doctor_in_terminal(:environment).out).to match(/\e\[32mfound +\e\[0m.*\e\[32mOK\e\[0m: /m)
  end

  it 'has none with NO_COLOR, nor on a dumb terminal, nor in a pipe' do
    screens = [doctor_in_terminal(:environment, 'NO_COLOR' => '1'), doctor_in_terminal(:environment, 'TERM' => 'dumb'),
               doctor(:environment, 'TERM' => 'xterm')].map(&:out)
    expect(screens).to all(include('OK: Environment signs requests.'))
    expect(screens.grep(colour)).to eq([])
  end

  it 'has the terminal\'s width' do
    screen = doctor_in_terminal({ **aws.environment(:none), 'AWS_PROFILE' => 'typo' }, columns: 60).out.gsub(colour, '')
    expect(screen.lines.drop(3).map { |line| line.chomp.length }.max).to be <= 60
  end

  it 'says which source it waits for once it takes a while, and wipes that away' do
    aws.fault(:container_credentials, :slow, seconds: 1.2)
    screen = doctor_in_terminal(:pod_identity).out
    expect(screen).to match(/\r\e\[KAsking EcsContainer, \d s \.\.\.\r\e\[K/)
    expect(screen.rpartition("\e[K").last).to start_with("\e[1mbedrock-credentials")
  end

  it 'says nothing in a pipe' do
    aws.fault(:container_credentials, :slow, seconds: 1)
    expect(doctor(:pod_identity).err).to eq('')
  end

  it 'ends at once, with 130 and no backtrace, by Ctrl-C' do
    aws.fault(:container_credentials, :hang)
    seen = +''
    variables = DoctorChild::CLEARED.merge(environment(:pod_identity), 'TERM' => 'xterm')
    status = PTY.spawn(variables, *DoctorChild::COMMAND) do |terminal, keyboard, pid|
      seen << terminal.readpartial(4096) until seen.include?('Asking EcsContainer')
      keyboard.write("\x03")
      DoctorChild.read_to_end(terminal, seen)
      break Process.wait2(pid).last
    end
    expect([status.exitstatus, seen.include?('Interrupt')]).to eq([130, false])
  end
end
