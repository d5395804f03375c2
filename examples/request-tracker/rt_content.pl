# What the estate holds inside Request Tracker: four users with few rights, two queues, two customers, three custom
# fields, seven tickets. Prints one JSON object: what stands in each user's Authorization header.
# Run once by rt_server.py against a fresh database, which RT_SITE_CONFIG names.
use strict;
use warnings;
use lib '/usr/share/request-tracker5/lib', '/usr/local/share/request-tracker5/lib';
use JSON;
use RT -init;

my $system = RT->SystemUser;

sub must {
    my ($ok, $message) = @_;
    die "$message\n" unless $ok;
    return $ok;
}

sub user {
    my (%fields) = @_;
    my $user = RT::User->new($system);
    must($user->Create(Privileged => 1, Password => '*NO-PASSWORD*', %fields));
    return $user;
}

sub grant {
    my ($user, $object, @rights) = @_;
    must($user->PrincipalObj->GrantRight(Right => $_, Object => $object)) for @rights;
}

sub token {
    my ($user) = @_;
    my $token = RT::AuthToken->new($system);
    my ($id, $message, $text) = $token->Create(Owner => $user->Id, Description => 'cxready');
    must($id, $message);
    return $text;
}

my $queue = RT::Queue->new($system);
must($queue->Create(Name => 'cxready-test', Description => 'Tickets that cxready makes', CorrespondAddress => 'test@desk.example'));
my $desk = RT::Queue->new($system);
must($desk->Create(Name => 'service-desk', Description => 'Requests of customers', CorrespondAddress => 'desk@desk.example'));

# Decision is what a person answers to a handoff; only people may set it.
my %field;
for my $name ('Handoff-Key', 'Appointment', 'Decision') {
    my $field = $field{$name} = RT::CustomField->new($system);
    must($field->Create(Name => $name, Type => 'FreeformSingle', LookupType => RT::Ticket->CustomFieldLookupType));
    must($field->AddToObject($_)) for $queue, $desk;
}

# Reads everything, removes what cxready made, and nothing else: no right to create a ticket.
my $audit = user(Name => 'cx-audit', EmailAddress => 'cx-audit@desk.example');
# Reads. Its writes are refused by RT itself.
my $agent = user(Name => 'cx-agent', EmailAddress => 'cx-agent@desk.example');
# Writes; its token is loaded by the enforcing proxy only.
my $enforcer = user(Name => 'cx-enforcer', EmailAddress => 'cx-enforcer@desk.example');
my $person = user(Name => 'desk-lead', RealName => 'Mara Lind', EmailAddress => 'mara.lind@desk.example');

for my $place ($queue, $desk) {
    # Audit and enforcer see the same: an ETag is the last transaction that its reader may see.
    grant($_, $place, qw(SeeQueue ShowTicket ShowTicketComments ShowOutgoingEmail SeeCustomField)) for $audit, $enforcer;
    grant($agent, $place, qw(SeeQueue ShowTicket SeeCustomField));
    grant($person, $place, qw(SeeQueue ShowTicket ShowTicketComments SeeCustomField ReplyToTicket CommentOnTicket ModifyTicket OwnTicket Watch ModifyCustomField));
}
grant($audit, $queue, qw(DeleteTicket ModifyTicket ModifyCustomField));
grant($enforcer, $queue, qw(CreateTicket ReplyToTicket CommentOnTicket ModifyTicket));
grant($enforcer, $field{$_}, 'ModifyCustomField') for 'Handoff-Key', 'Appointment';
grant($audit, RT->System, qw(ShowUserHistory));
must($queue->AddWatcher(Type => 'AdminCc', PrincipalId => $person->PrincipalId));

my $customer = RT::User->new($system);
must($customer->Create(Name => 'nadia.haas', RealName => 'Nadia Haas', EmailAddress => 'nadia.haas@customer.example', Privileged => 0));
my $trial = RT::User->new($system);
must($trial->Create(Name => 'cxready.trial', RealName => 'Trial Customer', EmailAddress => 'cxready.trial@customer.example', Privileged => 0));

sub ticket {
    my ($place, $from, $subject, $text) = @_;
    my $mime = MIME::Entity->build(Subject => $subject, From => $from, Data => [$text], Type => 'text/plain', Charset => 'utf-8');
    my $ticket = RT::Ticket->new($system);
    my ($id, undef, $message) = $ticket->Create(Queue => $place->Id, Subject => $subject, Requestor => [$from], MIMEObj => $mime);
    return must($id, $message);
}

# Number 1: the ticket that trials of an update change and put back. engagement.yaml names it.
ticket($queue, 'cxready.trial@customer.example', '[cxready test] standing ticket', 'Trials change this ticket and put it back.');

my %requests = (
    'Router blinks red since Monday'            => 'The router has blinked red since Monday morning. Restarting it did not help.',
    'Please move my appointment'                => 'The technician is to come on 2 December. Could it be the week after?',
    'How long may I take to return the router?' => 'Your page says 14 days, the letter says 30. Which is right?',
    'Invoice paid twice'                        => 'I paid invoice 4471 twice, by card and by transfer. Please send one back.',
    'Slow connection in the evening'            => 'After eight in the evening I get 4 of 100 Mbit/s.',
    'New postal address'                        => 'We moved to Birkenweg 4. Please send letters there.',
);
ticket($desk, 'nadia.haas@customer.example', $_, $requests{$_}) for sort keys %requests;

my $root = RT::User->new($system);
$root->Load('root');
print JSON->new->canonical->encode({
    RT_ROOT_AUTHORIZATION     => 'token ' . token($root),
    RT_AUDIT_AUTHORIZATION    => 'token ' . token($audit),
    RT_AGENT_AUTHORIZATION    => 'token ' . token($agent),
    RT_ENFORCER_AUTHORIZATION => 'token ' . token($enforcer),
    RT_DESK_AUTHORIZATION     => 'token ' . token($person),
}), "\n";
