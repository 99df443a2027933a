import { startRig } from '../rig';
import { testAgents } from './agentTests';

testAgents({ versions: [3.1, 2.2], start: startRig, hasPanel: true });
